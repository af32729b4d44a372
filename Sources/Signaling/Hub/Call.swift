/// A private call between two people.
final class Call {
    let id: CallID
    let caller: Person
    let callee: Person
    /// What they may send: audio, or audio and video.
    let media: MediaKinds
    /// The number under which the media side knows it.
    let mediaRoom: Int64
    /// The session that rang.
    let callerSession: SessionID
    var isAccepted = false

    init(id: CallID, caller: Person, callee: Person, media: MediaKinds, mediaRoom: Int64, callerSession: SessionID) {
        self.id = id
        self.caller = caller
        self.callee = callee
        self.media = media
        self.mediaRoom = mediaRoom
        self.callerSession = callerSession
    }

    /// Whether somebody is in it.
    func has(_ person: Person) -> Bool { caller === person || callee === person }

    /// The other one.
    func other(than person: Person) -> Person { caller === person ? callee : caller }
}
