import Signaling

/// The fields of a client's event, read one by one. What is missing or of the wrong type is a refusal that names the field.
struct EventFields {
    private let object: JSONValue?

    /// The fields of an event's only argument, which may be missing where nothing is needed.
    init(_ argument: JSONValue?) throws(Refusal) {
        guard argument.map({ $0.isObject || $0.isNull }) ?? true else {
            throw Refusal(.invalid, "An event takes one object.")
        }
        object = argument
    }

    private static func wrong(_ field: StaticString, _ form: StaticString) -> Refusal {
        Refusal(.invalid, "\"\(field)\" must be \(form).")
    }

    /// Whether a field is given.
    func has(_ field: StaticString) -> Bool { object?["\(field)"] != nil }

    /// A field as it is.
    func value(_ field: StaticString) -> JSONValue? { object?["\(field)"] }

    /// A text; nil where it is missing.
    func optionalText(_ field: StaticString) throws(Refusal) -> String? {
        guard let value = value(field) else { return nil }
        guard let text = value.string else { throw Self.wrong(field, "a text") }
        return text
    }

    /// A text.
    func text(_ field: StaticString) throws(Refusal) -> String {
        guard let text = try optionalText(field) else { throw Self.wrong(field, "a text") }
        return text
    }

    /// A whole number; nil where it is missing.
    func optionalInteger(_ field: StaticString) throws(Refusal) -> Int64? {
        guard let value = value(field) else { return nil }
        guard let number = value.integer else { throw Self.wrong(field, "a whole number") }
        return number
    }

    /// True or false.
    func flag(_ field: StaticString, default fallback: Bool) throws(Refusal) -> Bool {
        guard let value = value(field) else { return fallback }
        guard let flag = value.bool else { throw Self.wrong(field, "true or false") }
        return flag
    }

    /// A name that must be given.
    func name(_ field: StaticString) throws(Refusal) -> Name {
        try Self.name(try text(field), field)
    }

    /// A name; nil where it is missing.
    func optionalName(_ field: StaticString) throws(Refusal) -> Name? {
        guard let text = try optionalText(field) else { return nil }
        return try Self.name(text, field)
    }

    /// A name, or a list of them.
    func names(_ field: StaticString) throws(Refusal) -> [Name] {
        guard let value = value(field), value.isArray else { return [try name(field)] }
        var names: [Name] = []
        for element in value.elements {
            guard let text = element.string else { throw Self.wrong(field, "a name or a list of names") }
            names.append(try Self.name(text, field))
        }
        return names
    }

    private static func name(_ text: String, _ field: StaticString) throws(Refusal) -> Name {
        guard let name = Name(text) else {
            throw wrong(field, "a name of 1 to 30 bytes without control characters")
        }
        return name
    }

    /// A password; nil where it is missing.
    func password() throws(Refusal) -> Secret? {
        guard let text = try optionalText("password") else { return nil }
        guard text.utf8.count <= Secret.maximumBytes else { throw Self.wrong("password", "at most 256 bytes long") }
        return Secret(text)
    }

    /// A message's id.
    func messageID(_ field: StaticString) throws(Refusal) -> MessageID {
        guard let id = MessageID(try text(field)) else {
            throw Refusal(.notFound, "There is no such message.", cause: .noSuchMessage)
        }
        return id
    }

    /// A conversation: `room`, or the user under another name.
    func conversation(_ user: StaticString) throws(Refusal) -> Conversation {
        if has("room") { return .room(.named(try name("room"))) }
        guard has(user) else { throw Refusal(.invalid, "Name \"room\" or \"\(user)\".") }
        return .user(try name(user))
    }

    /// Media, as a text or a list of texts.
    func media(default fallback: MediaKinds) throws(Refusal) -> MediaKinds {
        guard let value = value("media") else { return fallback }
        var kinds: MediaKinds = []
        for element in value.isArray ? value.elements : [value] {
            guard let text = element.string, let kind = MediaKinds(eventText: text) else {
                throw Self.wrong("media", "text, audio, video, or a list of them")
            }
            kinds.formUnion(kind)
        }
        return kinds
    }

    /// One of an enumeration's cases by its raw value; nil where it is missing.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ field: StaticString, of: Choice.Type
    ) throws(Refusal) -> Choice? {
        guard let text = try optionalText(field) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.invalid, "\"\(field)\" must be one of: \(all).")
        }
        return choice
    }
}

extension MediaKinds {
    /// One kind by its name.
    init?(eventText text: String) {
        switch text {
        case "text": self = .text
        case "audio": self = .audio
        case "video": self = .video
        default: return nil
        }
    }

    /// The names of the kinds.
    var eventTexts: [String] {
        [(MediaKinds.text, "text"), (.audio, "audio"), (.video, "video")].filter { contains($0.0) }.map(\.1)
    }
}
