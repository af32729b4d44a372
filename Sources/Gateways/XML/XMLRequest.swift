import Signaling

/// What a client's document asks for.
enum XMLRequest {
    /// Signs in; the name is told back as it was given.
    case login(user: String, Credentials?)
    /// Signs out.
    case logout
    /// A command whose answer becomes a document.
    case command(Command, XMLAnswer)
    /// It is answered without asking the domain.
    case decided(XMLAnswer, XMLResult)
    /// The echo is all.
    case alive
    /// Nothing that the protocol knows; the sentence goes into an `ERROR`.
    case unknown(String)

    /// Reads a document of somebody who is signed in, or not yet.
    ///
    /// - Parameter owner: who is signed in.
    init(_ element: XMLElement, owner: Name?) {
        if element.isNamed("LOGIN") {
            self = Self.login(element)
        } else if element.isNamed("ALIVE") {
            self = .alive
        } else if element.isNamed("LOGOUT") {
            self = Self.isOwner(element["user"], owner) ? .logout : .decided(.logout, .number(0))
        } else if element.isNamed("MESSAGE") {
            self = Self.message(element, owner)
        } else if element.isNamed("STATUS") {
            self = Self.status(element, owner)
        } else if element.isNamed("FRIEND") {
            self = Self.friend(element, owner)
        } else {
            self = .unknown("No such element is known here.")
        }
    }

    private static func isOwner(_ user: String?, _ owner: Name?) -> Bool {
        user != nil && user == owner?.text
    }

    /// Credentials are nil where they cannot be right.
    private static func login(_ element: XMLElement) -> XMLRequest {
        let user = element["user"] ?? ""
        guard let name = Name(user), let pass = element["pass"], pass.utf8.count == 32,
            pass.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return .login(user: user, nil) }
        return .login(user: user, .md5(name, Secret(pass.lowercased())))
    }

    private static func message(_ element: XMLElement, _ owner: Name?) -> XMLRequest {
        guard isOwner(element["from"], owner), let to = element["to"].flatMap({ Name($0) }) else {
            return .decided(.message, .number(0))
        }
        let text = String(decoding: element.text, as: UTF8.self)
        return .command(.message(.toUsers([to], Outgoing(text))), .message)
    }

    private static func status(_ element: XMLElement, _ owner: Name?) -> XMLRequest {
        let owner = isOwner(element["user"], owner) ? owner : nil
        switch element["type"]?.lowercased() {
        case "get":
            guard let owner else { return .decided(.statusGet, .number(-1)) }
            return .command(.people(.presence(owner)), .statusGet)
        case "set":
            guard owner != nil, let presence = element["code"].flatMap({ XMLStatusCode.presence($0) }) else {
                return .decided(.statusSet, .number(0))
            }
            return .command(.people(.setPresence(presence)), .statusSet)
        case "list": return .decided(.statusList, owner == nil ? .nothing : .number(1))
        default: return .unknown("STATUS has a type of get, set or list.")
        }
    }

    private static func friend(_ element: XMLElement, _ owner: Name?) -> XMLRequest {
        let isOwner = isOwner(element["user"], owner)
        let friend = isOwner ? element["friend"].flatMap { Name($0) } : nil
        let other = isOwner ? element["other"].flatMap { Name($0) } : nil
        switch element["type"]?.lowercased() {
        case "add":
            return answer(.friendAdd, friend.map { .requestFriend($0) })
        case "delete": return answer(.friendDelete, friend.map { .endFriendship($0) })
        case "accept": return answer(.friendAccept, other.map { .answerFriend($0, accept: true) })
        case "deny": return answer(.friendDeny, other.map { .answerFriend($0, accept: false) })
        case "request":
            return isOwner ? .command(.people(.contacts), .friends) : .decided(.friends, .nothing)
        default: return .unknown("FRIEND has a type of add, delete, request, accept or deny.")
        }
    }

    private static func answer(_ answer: XMLAnswer, _ command: PeopleCommand?) -> XMLRequest {
        guard let command else { return .decided(answer, .number(0)) }
        return .command(.people(command), answer)
    }
}
