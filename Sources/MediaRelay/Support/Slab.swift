/// Values at places that stay theirs until they are removed; places are used again, keys never are.
struct Slab<Element> {
    /// Names a value for as long as it is there.
    struct Key: Hashable, Sendable {
        fileprivate(set) var index: Int32
        fileprivate(set) var generation: UInt32
    }

    private struct Entry {
        var element: Element?
        var generation: UInt32 = 0
    }

    private var entries: [Entry] = []
    private var free: [Int32] = []

    /// How many values are there.
    var count: Int { entries.count - free.count }

    /// Puts a value into a free place.
    mutating func insert(_ element: Element) -> Key {
        if let index = free.popLast() {
            entries[Int(index)].element = element
            return Key(index: index, generation: entries[Int(index)].generation)
        }
        entries.append(Entry(element: element))
        return Key(index: Int32(entries.count - 1), generation: 0)
    }

    /// Whether the value is still there.
    func contains(_ key: Key) -> Bool {
        let index = Int(key.index)
        return index < entries.count && entries[index].generation == key.generation && entries[index].element != nil
    }

    /// Takes the value out; nil where it is gone.
    @discardableResult
    mutating func remove(_ key: Key) -> Element? {
        guard contains(key) else { return nil }
        let index = Int(key.index)
        let element = entries[index].element
        entries[index].element = nil
        entries[index].generation &+= 1
        free.append(key.index)
        return element
    }

    /// Lends the value to `body` to be changed in place; nil where it is gone.
    @inline(__always)
    mutating func with<Result>(_ key: Key, _ body: (inout Element) -> Result) -> Result? {
        guard contains(key) else { return nil }
        // It is there, as was just checked; any other way to reach it would copy it out and back in.
        // swift-format-ignore: NeverForceUnwrap
        return body(&entries[Int(key.index)].element!)
    }

    /// The value, or nil where it is gone.
    subscript(key: Key) -> Element? {
        contains(key) ? entries[Int(key.index)].element : nil
    }

    /// The keys of all values, in the order of their places.
    var keys: [Key] {
        entries.indices.compactMap { index in
            guard entries[index].element != nil else { return nil }
            return Key(index: Int32(index), generation: entries[index].generation)
        }
    }
}
