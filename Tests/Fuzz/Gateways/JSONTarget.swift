@testable import Gateways

/// A JSON text: what is taken can be walked, and what is written of its strings is read back as it was.
func fuzzJSON(_ input: [UInt8]) {
    guard let document = try? JSONDocument(input) else { return }
    precondition(!document.nodes.isEmpty && document.nodes.count <= 100_000)
    for index in document.nodes.indices {
        let node = document.nodes[index]
        precondition(0 <= node.start && node.start < node.end && Int(node.end) <= input.count)
        precondition(Int(node.next) > index && Int(node.next) <= document.nodes.count)
        let value = JSONValue(document: document, index: index)
        guard let text = value.string else { continue }
        var writer = JSONWriter()
        writer.string(text)
        precondition((try? JSONDocument(writer.bytes))?.root.string == text)
    }
    precondition((try? JSONDocument(Array(document.root.raw))) != nil)
}
