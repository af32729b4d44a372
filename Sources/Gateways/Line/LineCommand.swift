import Signaling

/// One row of the command table. A class, so that looking at a row copies none of its functions.
final class LineCommand: Sendable {
    /// What a command does beyond being handed to the domain.
    enum Kind: Sendable {
        /// The row's `build` makes the domain's command.
        case plain(@Sendable (borrowing LineWords) throws(LineStatus) -> Command)
        /// A sign-in: what follows it waits for its outcome.
        case login
        /// Lines of text follow.
        case post
        /// The end.
        case quit
    }

    /// How a successful reply is written. A refusal is a status for every command.
    enum Answer: Sendable {
        /// `@status 0`.
        case status
        /// A `@ret` that the function writes behind `@ret #name`; a status other than `.ok` takes its place.
        case ret(LineReplies.Writing)
    }

    /// The name with its `#`.
    let name: StaticString
    /// The least and most words after the name. Fewer words than the least are not refused as such: what is missing decides.
    let arguments: ClosedRange<Int>
    /// Whether it is taken before a login.
    let isAllowedBeforeLogin: Bool
    /// The act that it needs.
    let act: Act
    /// What it does.
    let kind: Kind
    /// How its reply is written.
    let answer: Answer
    /// Whether nobody is signed in any more once it is done.
    let endsLogin: Bool
    /// Whether the lines behind it have to wait, since they depend on its outcome.
    let isAwaited: Bool

    /// A command that becomes one of the domain's.
    init(
        _ name: StaticString, _ arguments: ClosedRange<Int>, _ act: Act, beforeLogin: Bool = false,
        answer: Answer = .status,
        endsLogin: Bool = false, isAwaited: Bool = false,
        build: @escaping @Sendable (borrowing LineWords) throws(LineStatus) -> Command
    ) {
        self.name = name
        self.arguments = arguments
        self.isAllowedBeforeLogin = beforeLogin
        self.act = act
        self.kind = .plain(build)
        self.answer = answer
        self.endsLogin = endsLogin
        self.isAwaited = isAwaited
    }

    /// A command that the connection itself takes part in.
    init(_ name: StaticString, _ arguments: ClosedRange<Int>, _ act: Act, beforeLogin: Bool = false, kind: Kind) {
        self.name = name
        self.arguments = arguments
        self.isAllowedBeforeLogin = beforeLogin
        self.act = act
        self.kind = kind
        self.answer = .status
        self.endsLogin = false
        if case .login = kind { isAwaited = true } else { isAwaited = false }
    }
}
