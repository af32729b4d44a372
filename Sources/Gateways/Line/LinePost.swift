import Signaling

/// A `#postmessage` whose lines are being read. They are read to the end also when the post is refused, since they would
/// be taken for commands otherwise.
struct LinePost: Sendable {
    /// The row of the command table.
    let row: Int
    private let head: Result<Head, LineStatus>
    private var missing: Int
    private var parts: [String] = []
    private var isUTF8 = true

    private struct Head {
        var name: Name
        var parent: Int64
        var seconds: Int64?
    }

    /// Nil where no line follows: a number of parts that is none, a missing name, surplus words.
    init?(_ words: borrowing LineWords, row: Int = 0, refusal: LineStatus? = nil) {
        guard words.count >= 2, words.count <= 5, let parts = try? words.number(3) ?? 1, (1...100).contains(parts)
        else {
            return nil
        }
        self.row = row
        missing = Int(parts)
        head = refusal.map { .failure($0) } ?? Self.head(words)
    }

    /// The status where `init` gives nil.
    static func refusal(_ words: borrowing LineWords) -> LineStatus {
        words.count < 2 ? .invalidName : .unknownError
    }

    /// Takes a line.
    ///
    /// - Returns: whether it was the last one.
    mutating func take(_ line: [UInt8]) -> Bool {
        if case .success = head {
            isUTF8 = isUTF8 && UTF8Text.isValid(line.span)
            if isUTF8 { parts.append(String(decoding: line, as: UTF8.self)) }
        }
        missing -= 1
        return missing == 0
    }

    /// The command of a post whose lines are complete, or the status that it gets.
    var result: Result<Command, LineStatus> {
        head.flatMap { head in
            guard isUTF8 else { return .failure(.unknownError) }
            return .success(
                .board(
                    .create(.joined, NewPost(name: head.name, parent: head.parent, parts: parts, seconds: head.seconds))
                ))
        }
    }

    private static func head(_ words: borrowing LineWords) -> Result<Head, LineStatus> {
        do throws(LineStatus) {
            let name = try words.name(1)
            let parent = try words.number(2) ?? 0
            return .success(Head(name: name, parent: parent, seconds: try words.seconds(4)))
        } catch {
            return .failure(error)
        }
    }
}
