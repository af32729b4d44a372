import Testing

@testable import MediaRelay

@Suite("A sliding window of bits")
struct RateWindowTests {
    @Test("It holds what came within its length, to a four-hundredth of it, and never less")
    func total() {
        var window = RateWindow(milliseconds: 1_000)
        for step in 0..<10_000 { window.add(8, at: .milliseconds(Int64(step))) }
        let full = window.total(at: .milliseconds(9_999))
        #expect((8_000...8_040).contains(full))
        let half = window.total(at: .milliseconds(10_499))
        #expect((4_000...4_040).contains(half))
        let none = window.total(at: .milliseconds(11_010))
        #expect(none == 0)
    }

    @Test("It says when there will be room")
    func earliest() throws {
        var window = RateWindow(milliseconds: 2_000)
        window.add(600, at: .milliseconds(100))
        window.add(300, at: .milliseconds(500))
        let now = window.earliest(for: 100, capacity: 1_000, from: .milliseconds(600))
        #expect(now == .milliseconds(600))
        let later = window.earliest(for: 400, capacity: 1_000, from: .milliseconds(600))
        #expect(try #require(later).milliseconds(since: .zero) == 2_105)
        let never = window.earliest(for: 1_001, capacity: 1_000, from: .milliseconds(600))
        #expect(never == nil)
    }

    @Test("More entries than it has room for are merged, not lost")
    func crowded() {
        var window = RateWindow(milliseconds: 1_000)
        for step in 0..<100_000 { window.add(1, at: MediaTime(nanoseconds: Int64(step) * 10_000)) }
        let all = window.total(at: .milliseconds(1_000))
        #expect(all == 100_000)
    }
}
