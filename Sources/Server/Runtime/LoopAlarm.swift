import NIOCore
import Signaling

/// One timer of a state machine that says when it wants to be called. Confined to its loop.
final class LoopAlarm {
    private let eventLoop: any EventLoop
    private var timer: Scheduled<Void>?
    private var moment = Timestamp(milliseconds: .max)

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Calls at a moment, once; an alarm that was set for later is set anew, one for earlier stays and rings too early.
    func set(_ moment: Timestamp, _ ring: @escaping () -> Void) {
        guard moment < self.moment else { return }
        timer?.cancel()
        self.moment = moment
        let delay = max(0, moment.milliseconds - SignalingLoop.now().milliseconds)
        let bound = NIOLoopBound((self, ring), eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: .milliseconds(min(delay, 86_400_000))) {
            let (alarm, ring) = bound.value
            alarm.timer = nil
            alarm.moment = Timestamp(milliseconds: .max)
            ring()
        }
    }

    /// Rings no more.
    func stop() {
        timer?.cancel()
        timer = nil
        moment = Timestamp(milliseconds: .max)
    }
}
