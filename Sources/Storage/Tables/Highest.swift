import Signaling

/// The highest numbers ever used. They outlive the rows, so that no number is used twice.
struct Highest {
    /// What is numbered.
    enum Kind: String, CaseIterable {
        case account, room, restriction, audit, sequence, group, post
    }

    private var numbers: [Int64] = Array(repeating: 0, count: Kind.allCases.count)

    /// A number that a batch uses.
    mutating func note(_ kind: Kind, _ number: Int64) {
        let index = Self.index(kind)
        numbers[index] = max(numbers[index], number)
    }

    /// Writes what was noted since the last call.
    mutating func save(_ connection: Connection) throws(StoreError) {
        for kind in Kind.allCases where numbers[Self.index(kind)] > 0 {
            try connection.run(
                """
                INSERT INTO highest VALUES (?, ?)
                ON CONFLICT DO UPDATE SET number = max(number, excluded.number)
                """
            ) {
                $0.text(kind.rawValue)
                $0.integer(numbers[Self.index(kind)])
            }
            numbers[Self.index(kind)] = 0
        }
    }

    /// Forgets what was noted: the batch is not stored.
    mutating func forget() {
        for index in numbers.indices { numbers[index] = 0 }
    }

    /// The highest number of a kind; 0 for none.
    static func load(_ kind: Kind, _ connection: Connection) throws(StoreError) -> Int64 {
        try connection.number("SELECT number FROM highest WHERE kind = ?") { $0.text(kind.rawValue) } ?? 0
    }

    private static func index(_ kind: Kind) -> Int {
        switch kind {
        case .account: 0
        case .room: 1
        case .restriction: 2
        case .audit: 3
        case .sequence: 4
        case .group: 5
        case .post: 6
        }
    }
}
