import Glibc
import MediaRelay
import NIOCore
import NIOHTTP1

/// `GET /metrics`: counters for Prometheus (text format 0.0.4). Their number does not grow with rooms or people.
extension API {
    func metrics() -> Answer {
        let mediaSessions = mediaSessions.count
        guard let media else {
            return answer(Self.response(MediaTotals(), doorSessions: mediaSessions))
        }
        let promise = signaling.eventLoop.makePromise(of: HTTPResponse.self)
        media.totals { promise.succeed(Self.response($0, doorSessions: mediaSessions)) }
        return promise.futureResult.assumeIsolated()
    }

    private static func response(_ totals: MediaTotals, doorSessions: Int) -> HTTPResponse {
        var text = MetricsText()
        text.add(process: ())
        text.add("media_relay_http_media_sessions", .gauge, "Media sessions opened over HTTP.", doorSessions)
        text.add(totals)
        return HTTPResponse(.ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.text.utf8))
    }
}

/// Metrics in Prometheus's text format.
struct MetricsText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private(set) var text = ""

    /// Adds a metric without labels.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: some CustomStringConvertible) {
        begin(name, kind, help)
        text += "\(name) \(value)\n"
    }

    /// Adds a metric with one value for each set of labels.
    mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ values: [(labels: String, value: any CustomStringConvertible)]
    ) {
        begin(name, kind, help)
        for (labels, value) in values { text += "\(name){\(labels)} \(value)\n" }
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// The processor time of the program.
    mutating func add(process: Void) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
        add("process_cpu_seconds_total", .counter, "User and system time of the program.", seconds)
        add("process_max_resident_bytes", .gauge, "The most memory that the program has held.", usage.ru_maxrss * 1_024)
    }

    /// The sums of the media side.
    mutating func add(_ totals: MediaTotals) {
        add("media_relay_media_rooms", .gauge, "Rooms and calls with media.", totals.rooms)
        add("media_relay_media_sessions", .gauge, "Media sessions.", totals.sessions)
        let flows = [
            ("direction=\"in\",kind=\"audio\"", totals.audioReceived),
            ("direction=\"out\",kind=\"audio\"", totals.audioSent),
            ("direction=\"in\",kind=\"video\"", totals.videoReceived),
            ("direction=\"out\",kind=\"video\"", totals.videoSent),
        ]
        add("media_relay_rtp_packets_total", .counter, "RTP packets.", flows.map { ($0.0, $0.1.packets) })
        add("media_relay_rtp_lost_total", .counter, "RTP packets lost on the way.", flows.map { ($0.0, $0.1.lost) })
        add(
            "media_relay_rtp_repairs_total", .counter, "RTP packets asked for (in) or sent (out) again.",
            flows.map { ($0.0, $0.1.repairs) })
        let limited = totals.interventions
        add(
            "media_relay_limited_frames_total", .counter, "Video frames by what the limiters did with them.",
            [
                ("outcome=\"sent\"", limited.framesSent), ("outcome=\"delayed\"", limited.framesDelayed),
                ("outcome=\"left_out\"", limited.framesLeftOut),
            ])
        add("media_relay_limited_bits_total", .counter, "Bits left out by the limiters.", limited.bitsLeftOut)
        add(
            "media_relay_dropped_packets_total", .counter, "Packets that were not accepted, by reason.",
            totals.drops.all.map { ("reason=\"\($0.reason)\"", $0.count) })
        add(totals.forwardDelay)
    }

    private mutating func add(_ histogram: DelayHistogram) {
        let name = "media_relay_packet_seconds"
        begin(name, .histogram, "How long packets were in our hands, from the read to the last write.")
        var sum: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            sum += count
            let bound =
                index < DelayHistogram.bounds.count ? "\(Double(DelayHistogram.bounds[index]) / 1_000_000)" : "+Inf"
            text += "\(name)_bucket{le=\"\(bound)\"} \(sum)\n"
        }
        text += "\(name)_sum \(Double(histogram.sum) / 1_000_000)\n\(name)_count \(sum)\n"
    }
}
