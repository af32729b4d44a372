import Testing

@testable import MediaRelay

@Suite("Who is mixed, and who holds the floor")
struct SpeakerSelectionTests {
    private typealias Candidate = SpeakerSelection.Candidate

    private func run(_ selection: inout SpeakerSelection, ticks: Int, _ candidates: [Candidate]) {
        for _ in 0..<ticks { selection.update(candidates) }
    }

    private func voice(_ track: MixTrackID, _ attenuation: Float) -> Candidate {
        Candidate(track: track, attenuation: attenuation, isSpeaking: attenuation < 60)
    }

    @Test("The loudest are chosen, at most so many")
    func loudest() {
        var selection = SpeakerSelection(most: 2)
        run(&selection, ticks: 40, [voice(1, 40), voice(2, 20), voice(3, 30), voice(4, 50)])
        #expect(Set(selection.tracks) == [2, 3])
    }

    @Test("A cough takes nobody's place; somebody who is louder for long does")
    func hysteresis() {
        var selection = SpeakerSelection(most: 1)
        run(&selection, ticks: 10, [voice(1, 30), voice(2, 127)])
        run(&selection, ticks: 5, [voice(1, 30), voice(2, 10)])
        #expect(Array(selection.tracks) == [1])
        run(&selection, ticks: 5, [voice(1, 30), voice(2, 127)])
        run(&selection, ticks: 30, [voice(1, 30), voice(2, 27)])
        #expect(Array(selection.tracks) == [1], "a little louder is not enough")
        run(&selection, ticks: 30, [voice(1, 30), voice(2, 20)])
        #expect(Array(selection.tracks) == [2])
    }

    @Test("A place is kept over a breath and given up after it")
    func hang() {
        var selection = SpeakerSelection(most: 4)
        run(&selection, ticks: 10, [voice(1, 30)])
        run(&selection, ticks: 20, [voice(1, 127)])
        #expect(selection.contains(1))
        run(&selection, ticks: 40, [voice(1, 127)])
        #expect(selection.isEmpty)
    }

    @Test("The floor stays with who speaks, among equals; it passes when they stop")
    func floor() {
        func levels(_ attenuations: [Float]) -> [MixBatch.Level] {
            attenuations.enumerated().map { index, attenuation in
                MixBatch.Level(
                    track: MixTrackID(index + 1), attenuation: attenuation, isSpeaking: attenuation < 60)
            }
        }
        var speaker = ActiveSpeaker()
        var changes = 0
        func run(milliseconds: ClosedRange<Int64>, _ attenuations: [Float]) {
            for time in stride(from: milliseconds.lowerBound, to: milliseconds.upperBound, by: 20)
            where speaker.update(levels(attenuations), at: .milliseconds(time)) { changes += 1 }
        }
        run(milliseconds: 0...1_000, [30, 31, 30])
        #expect(speaker.track == 1 && changes == 1)
        run(milliseconds: 1_000...5_000, [31, 29, 28])
        #expect(speaker.track == 1 && changes == 1)
        run(milliseconds: 5_000...7_000, [31, 20, 40])
        #expect(speaker.track == 2 && changes == 2)
        run(milliseconds: 7_000...7_300, [31, 127, 40])
        #expect(speaker.track == 2)
        run(milliseconds: 7_300...8_000, [31, 127, 40])
        #expect(speaker.track == 1 && changes == 3)
        let heldFloor = speaker.remove(1)
        #expect(heldFloor)
        #expect(speaker.track == nil)
    }
}
