import Gateways
import Logging
import NIOCore
import Signaling

/// A connection to the XML port: joins a ``StreamChannel``, an ``XMLConnection`` and a session of the hub.
final class XMLClient: StreamOwner {
    private let door: XMLDoor
    private let alarm: LoopAlarm
    private var connection: XMLConnection
    private var stream: StreamChannel?
    private var session: SessionID?
    private var address: IPAddress?
    private var isPausedByHub = false
    private var toldRefusal = false

    init(_ door: XMLDoor) {
        self.door = door
        alarm = LoopAlarm(eventLoop: door.signaling.eventLoop)
        connection = XMLConnection(timeout: door.timeout, now: SignalingLoop.now())
    }

    // From the socket

    func opened(_ stream: StreamChannel) {
        self.stream = stream
        let peer = stream.remoteAddress
        address = peer.flatMap { IPAddress($0) }
        guard door.connections.admit(address) else {
            address = nil
            return stream.abort()
        }
        session = door.signaling.open(
            Origin(door: .xml, address: address, port: UInt16(peer?.port ?? 0)), .xml(self))
        setAlarm()
    }

    func read(_ bytes: Span<UInt8>) {
        connection.receive(bytes, now: SignalingLoop.now(), submit: submit)
        flush()
    }

    var wantsInput: Bool { connection.wantsInput && !isPausedByHub }

    func ended() {
        alarm.stop()
        if let address { door.connections.release(address) }
        address = nil
        stream = nil
        endSession()
    }

    // From the hub

    func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        connection.reply(tag, reply, now: now, submit: submit)
        logRefusal()
        flush()
    }

    func deliver(_ event: XMLEvent) {
        connection.deliver(event)
        flush()
    }

    func closed() {
        session = nil
        connection.close()
        flush()
    }

    func setReading(_ reads: Bool) {
        isPausedByHub = !reads
        stream?.readIfWanted()
    }

    private var submit: XMLConnection.Submission {
        let (signaling, session) = (door.signaling, session)
        return { tag, command in
            if let session { signaling.submit(command, from: session, tag: tag) }
        }
    }

    private func flush() {
        guard let stream else { return }
        let output = connection.output
        connection.output = []
        if !output.isEmpty, !stream.send(output) {
            door.log.info("closed a connection that reads too slowly", metadata: ["door": "xml"])
            endSession()
            return stream.abort()
        }
        if connection.isFinished {
            alarm.stop()
            endSession()
            stream.finish()
        } else {
            stream.readIfWanted()
        }
    }

    private func setAlarm() {
        alarm.set(connection.deadline) { [unowned self] in
            connection.advance(to: SignalingLoop.now())
            flush()
            if !connection.isFinished { setAlarm() }
        }
    }

    /// The client is told a number only, so the reason goes to the log.
    private func logRefusal() {
        guard let refusal = connection.signInRefusal, !toldRefusal else { return }
        toldRefusal = true
        door.log.notice("sign-in refused", metadata: ["door": "xml", "reason": "\(refusal.message)"])
    }

    private func endSession() {
        guard let session else { return }
        self.session = nil
        door.signaling.close(session)
    }
}
