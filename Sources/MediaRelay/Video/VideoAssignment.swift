/// Which sender each video section of a viewer shows.
///
/// The first section carries the one who speaks, each further one another sender, in the order of joining; nobody sees themselves. While the viewer speaks, or nobody
/// who sends video does, the first section keeps whom it has.
enum VideoAssignment {
    /// Assigns senders to sections.
    ///
    /// - Parameters:
    ///   - sections: how many video sections the viewer has.
    ///   - senders: those who send video, in the order of joining, without the viewer.
    ///   - speaker: who speaks.
    ///   - current: who was in the first section until now.
    /// - Returns: a sender for each section, nil where there are not enough.
    static func assign<Sender: Equatable>(
        sections: Int, senders: [Sender], speaker: Sender?, current: Sender?
    ) -> [Sender?] {
        var result = [Sender?](repeating: nil, count: sections)
        guard sections > 0 else { return result }
        let first = [speaker, current].lazy.compactMap { $0 }.first(where: senders.contains) ?? senders.first
        result[0] = first
        var place = 1
        for sender in senders where sender != first && place < sections {
            result[place] = sender
            place += 1
        }
        return result
    }
}
