extension MediaRouter {
    /// The endpoint's TCP connection of a section has come: what it sees begins with a key frame.
    func noteConnection(socket: Int, at now: MediaTime) {
        guard socket < socketOwners.count, let owner = socketOwners[socket] else { return }
        let watched = sessions.with(owner.session) { session in
            session.sections[owner.section].isConnected = true
            session.sections[owner.section].outbound.awaitsKeyFrame = true
            return session.sections[owner.section].awaited ?? session.sections[owner.section].watched
        }
        if let track = watched ?? nil { requestKeyFrame(track, at: now) }
    }

    /// A section's TCP connection has ended. When it was the session's last, the endpoint is gone.
    func noteDisconnection(socket: Int, at now: MediaTime) {
        guard socket < socketOwners.count, let owner = socketOwners[socket] else { return }
        let isLast = sessions.with(owner.session) { session in
            session.sections[owner.section].isConnected = false
            return session.sections.allSatisfy { $0.setup.isStream && !$0.isConnected }
        }
        endInbound(owner.session, section: owner.section)
        if isLast == true { expire(owner.session, reason: .unreachable, at: now) }
        assignVideo(at: now)
    }
}
