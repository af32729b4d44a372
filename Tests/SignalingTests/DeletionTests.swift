import Signaling
import Testing

/// What is deleted at this moment is not merely unknown to those whose commands arrive meanwhile.
@Suite struct DeletionTests {
    private let den = Name.of("den")

    @Test func aRoomThatIsBeingDeletedIsNotMerelyUnknown() throws {
        let world = World()
        let ann = try world.user("ann")
        let bob = try world.user("bob")
        world.ask(ann, .room(.create(NewRoom(name: den))))

        world.holdsCommits = true
        let deleting = world.submit(.room(.delete(den, password: nil)), ann)
        world.run()
        // The commit is at the store; both ask for the room meanwhile.
        let entering = world.submit(.room(.enter(den, password: nil)), bob)
        let again = world.submit(.room(.delete(den, password: nil)), ann)
        world.run()
        #expect(world.takeReply(entering, bob) == nil)
        world.commit()
        world.run()
        #expect(world.takeReply(deleting, ann).isDone)
        #expect(world.takeReply(entering, bob).cause == .beingDeleted)
        #expect(world.takeReply(entering, bob) == nil)
        // Whoever deletes it knows that it is gone.
        #expect(world.takeReply(again, ann).cause == .noSuchRoom)
        world.holdsCommits = false
        #expect(world.ask(bob, .room(.enter(den, password: nil))).cause == .noSuchRoom)
    }

    @Test func whatIsMadeAnewInThatMomentIsThere() throws {
        let world = World()
        let ann = try world.user("ann")
        let bob = try world.user("bob")
        world.ask(ann, .room(.create(NewRoom(name: den))))
        let deleting = world.submit(.room(.delete(den, password: nil)), ann)
        let making = world.submit(.room(.create(NewRoom(name: den))), bob)
        let entering = world.submit(.room(.enter(den, password: nil)), bob)
        world.run()
        #expect(world.takeReply(deleting, ann).isDone)
        #expect(world.takeReply(making, bob).isDone)
        #expect(world.takeReply(entering, bob).isDone)
    }

    @Test func aDeletionThatFailsLeavesTheRoomThere() throws {
        let world = World()
        let ann = try world.user("ann")
        let bob = try world.user("bob")
        world.ask(ann, .room(.create(NewRoom(name: den))))
        world.failing = { batch in batch.mutations.contains { if case .removeRoom = $0 { true } else { false } } }
        world.holdsCommits = true
        let deleting = world.submit(.room(.delete(den, password: nil)), ann)
        world.run()
        let entering = world.submit(.room(.enter(den, password: nil)), bob)
        world.holdsCommits = false
        world.commit()
        world.run()
        #expect(world.takeReply(deleting, ann).code == .unavailable)
        #expect(world.takeReply(entering, bob).isDone)
    }

    @Test func groupsAndThreadsLikewise() throws {
        let world = World()
        let ann = try world.user("ann")
        let bob = try world.user("bob")
        let tea = Name.of("tea")
        world.ask(ann, .board(.createGroup(tea, password: nil, openToGuests: true, seconds: nil)))
        for session in [ann, bob] { world.ask(session, .board(.join(tea, password: nil))) }
        guard case .posted(let id) = world.ask(ann, .board(.create(.joined, NewPost(name: tea, parts: ["t"])))) else {
            Issue.record("not posted")
            return
        }
        let deleting = world.submit(.board(.delete(.joined, id)), ann)
        let reading = world.submit(.board(.post(.joined, id)), bob)
        let replying = world.submit(
            .board(.create(.joined, NewPost(name: tea, parent: id, parts: ["t"]))), bob)
        world.run()
        #expect(world.takeReply(deleting, ann).isDone)
        #expect(world.takeReply(reading, bob).cause == .beingDeleted)
        #expect(world.takeReply(replying, bob).cause == .beingDeleted)
        #expect(world.ask(bob, .board(.post(.joined, id))).cause == .noSuchMessage)

        world.ask(bob, .board(.leave))
        world.submit(.board(.deleteGroup(tea)), ann)
        let joining = world.submit(.board(.join(tea, password: nil)), bob)
        world.run()
        #expect(world.takeReply(joining, bob).cause == .beingDeleted)
        #expect(world.ask(bob, .board(.join(tea, password: nil))).cause == .noSuchGroup)
    }
}
