/// What the router asks of the shell around it.
protocol MediaOutput: AnyObject {
    /// Sends `bytes` as datagrams of `segment` bytes each (the last may be shorter) from a socket of the router's; over TCP as frames.
    ///
    /// - Returns: false where the endpoint's connection had no room for all of them. A datagram always finds room, wherever it ends.
    @discardableResult
    func send(_ bytes: RawSpan, segment: Int, socket: Int, to address: SocketAddress) -> Bool

    /// Has a codec worker run the mixer over the batch and give it back through ``MediaRouter/finish(_:room:at:)``.
    func mix(_ batch: MixBatch, with mixer: RoomMixer, room: Slab<MediaRoom>.Key)

    /// Has a codec worker run the converter over the batch and give it back through ``MediaRouter/finish(_:track:at:)``.
    func convert(_ batch: VideoBatch, with converter: VideoConverter, track: Slab<VideoTrack>.Key)

    /// Closes a socket that the router no longer uses.
    func close(socket: Int)

    /// Tells the engine's owner.
    func notify(_ event: MediaEngineEvent)
}
