extension Hub {
    /// A hash job has run.
    func go(on session: Session, with wait: Wait, _ result: HashResult) throws(Refusal) -> Reply? {
        if case .unavailable = result {
            throw Refusal(.unavailable, "Too many sign-ins at this moment; try again.", retryAfter: 1000)
        }
        if case .signIn(let account, let name) = wait.next {
            return try finishSignIn(session, account, name, isRight(result))
        }
        guard let person = session.person else { throw Refusal(.badCredentials, "Sign in first.", cause: .notSignedIn) }
        let caller = Caller(session: session, person: person, tag: wait.tag)
        switch wait.next {
        case .createAccount(let new): return try finishCreate(new, caller, result)
        case .changePassword: return try finishChangePassword(caller, result)
        case .setPassword(let name): return try finishSetPassword(name, caller, result)
        case .createRoom(let new): return try finishCreate(new, caller, verifier(result))
        case .updateRoom(let target, let changes): return try finishUpdate(target, changes, caller, verifier(result))
        case .deleteRoom(let name): return try finishDelete(name, caller, isPasswordRight: isRight(result))
        case .enterRoom(let name): return try enter(name, password: isRight(result) ? .right : .wrong, nil, caller)
        case .enterForMedia(let name, let opening):
            return try openMedia(name, password: isRight(result) ? .right : .wrong, nil, opening, caller)
        case .createGroup(let name, let open, let seconds):
            guard let password = verifier(result) else {
                throw Refusal(.unavailable, "The password could not be kept; try again.")
            }
            return try finishCreateGroup(name, open, seconds, caller, password)
        case .joinGroup(let name): return try join(name, isPasswordRight: isRight(result), caller)
        default: return nil
        }
    }

    /// A query was answered.
    func go(
        on session: Session, with wait: Wait, _ result: Result<StoreAnswer, StoreError>
    ) throws(Refusal) -> Reply? {
        guard let person = session.person else { throw Refusal(.badCredentials, "Sign in first.", cause: .notSignedIn) }
        let caller = Caller(session: session, person: person, tag: wait.tag)
        if case .failure(let error) = result, person === operatorPerson {
            // The operator is told what exactly is the matter: a file that exists, a disk that is full.
            throw Refusal(.unavailable, "\(error.message).")
        }
        guard case .success(let answer) = result else {
            throw Refusal(.unavailable, "The server cannot read this at the moment; try again later.")
        }
        switch (wait.next, answer) {
        case (.history(let conversation), .messages(let records)): return try history(conversation, records, caller)
        case (.audit, .audit(let entries)): return .audit(entries)
        case (.readPost(let group, let id), .parts(let parts)): return try post(group, id, parts, caller)
        case (.editMessage(let id, let text), .messages(let records)): return try edit(id, text, records.first, caller)
        case (.deleteMessage(let id), .messages(let records)): return try delete(id, records.first, caller)
        case (.readMark(let id), .messages(let records)): return try read(id, records.first, caller)
        case (.document, .document(let text)): return .document(text)
        case (.document, .done): return .done
        default: throw Refusal(.unavailable, "The server cannot read this at the moment; try again later.")
        }
    }

    /// Media requests were performed.
    func go(on session: Session, with wait: Wait, _ outcome: MediaOutcome) throws(Refusal) -> Reply? {
        switch wait.next {
        case .answer(let reply):
            return reply
        case .openMedia(let id): return try finishOpening(id, session, outcome)
        default: return nil
        }
    }

    private func isRight(_ result: HashResult) -> Bool {
        if case .verified(let isRight) = result { isRight } else { false }
    }

    private func verifier(_ result: HashResult) -> PasswordVerifier? {
        if case .made(let verifier, _, _) = result { verifier } else { nil }
    }
}
