/// A message that was decided the moment it came. Its text stayed with the shell, which delivers it.
public struct DirectMessage {
    /// Who hears it.
    public enum Receivers {
        /// One session.
        case one(SessionID)
        /// Those of a room: the room's own array.
        case room([SessionID])
    }

    /// Who hears it.
    public let receivers: Receivers
    let id: MessageID
    let number: Int64
    let sender: SessionID
    let at: Timestamp
}

/// The short way of a message: where nothing is stored, nothing waits and nobody has to be asked, a message changes a few numbers and
/// goes to those who hear it. It is decided when it comes, by the same rules, as a turn of its own. What is refused or out of the
/// ordinary takes the way of all commands: these functions give nil then, and have changed nothing.
extension Hub {
    /// A message of so many bytes to the room that a session is in.
    public func sendToRoom(textOf size: Int, from id: SessionID) -> DirectMessage? {
        guard isIdle, let session = sessions[id], let person = session.person, !isHeldUp(session),
            let room = session.memberships.first?.room, size <= settings.limits.messageBytes,
            ignorers.isEmpty || ignorers[person.identity.key] == nil,
            mayAct(.speakText, person, session, in: room), !isOverRate(person)
        else { return nil }
        noteActivity(of: person)
        room.lastNumber += 1
        messageCount += 1
        return DirectMessage(
            receivers: .room(room.listeners), id: ids.nextMessage(now), number: room.lastNumber, sender: id, at: now)
    }

    /// A message of so many bytes to somebody, by the bytes of their name, in the room that a session is in.
    public func sendToMember(_ name: Span<UInt8>, textOf size: Int, from id: SessionID) -> DirectMessage? {
        guard isIdle, let session = sessions[id], let sender = session.person, !isHeldUp(session),
            let room = session.memberships.first?.room, size <= settings.limits.messageBytes,
            // With one session each there is nobody else to tell.
            sender.sessions.count == 1, let person = directory.person(name), person.sessions.count == 1,
            let receiver = sessions[person.sessions[0]], receiver.membership(of: room) != nil,
            person.account?.record.profile.contactsOnly != true, !isIgnored(sender, by: person),
            mayAct(.privateMessage, sender, session, in: nil), !isOverRate(sender)
        else { return nil }
        noteActivity(of: sender)
        messageCount += 1
        return DirectMessage(
            receivers: .one(receiver.id), id: ids.nextMessage(now), number: nextNumber(from: session, sender, to: person),
            sender: id, at: now)
    }

    /// A direct message as an event carries it, for receivers who want more than its text. To be asked for before anything else
    /// happens; nil afterwards, when those whom it concerns may be gone.
    public func message(_ sent: DirectMessage, _ text: Span<UInt8>) -> Message? {
        guard let session = sessions[sent.sender], let sender = session.person else { return nil }
        let place: Place
        switch sent.receivers {
        case .room:
            guard let room = session.memberships.first?.room else { return nil }
            place = .room(room.name)
        case .one(let receiver):
            guard let person = sessions[receiver]?.person else { return nil }
            place = .user(from: sender.name, to: person.name)
        }
        return Message(
            id: sent.id, number: sent.number, from: sender.name, place: place,
            text: text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }, at: sent.at)
    }

    /// Whether what is decided now overtakes nothing and is stored nowhere.
    private var isIdle: Bool {
        !settings.keepsHistory && inbox.isEmpty && outgoing.isEmpty && retries.isEmpty && !turn.isCommitting
    }

    private func isHeldUp(_ session: Session) -> Bool {
        session.wait != nil || !session.backlog.isEmpty
    }

    private func mayAct(_ act: Act, _ person: Person, _ session: Session, in room: Room?) -> Bool {
        if case .allowed = Permission.decide(situation(act, person, session, in: room), policy, now: now) { true } else { false }
    }

    /// The number of a message in the conversation of two people. A session remembers the one that it spoke in last.
    private func nextNumber(from session: Session, _ sender: Person, to person: Person) -> Int64 {
        if let last = session.lastConversation, last.person === person {
            last.conversation.lastNumber += 1
            return last.conversation.lastNumber
        }
        let conversation = conversation(.between(sender.identity, person.identity))
        session.lastConversation = (person, conversation)
        conversation.lastNumber += 1
        return conversation.lastNumber
    }
}
