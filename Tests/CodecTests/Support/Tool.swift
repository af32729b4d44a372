import Foundation

/// A program of somebody else's, run to its end.
enum Tool {
    struct Failure: Error {
        var command: String
        var status: Int32
        var errors: String
    }

    /// What the program wrote.
    struct Output {
        var bytes: [UInt8]
        var errors: String
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs the program with its arguments; throws where it fails.
    @discardableResult
    static func run(_ name: String, _ arguments: String...) throws -> Output {
        try run(name, arguments: arguments)
    }

    @discardableResult
    static func run(_ name: String, arguments: [String]) throws -> Output {
        let scratch = try Scratch()
        let outPath = scratch.path("out")
        let errPath = scratch.path("err")
        for path in [outPath, errPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: outPath)
        process.standardError = FileHandle(forWritingAtPath: errPath)
        try process.run()
        process.waitUntilExit()
        let errors = String(decoding: try scratch.read("err"), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw Failure(
                command: ([name] + arguments).joined(separator: " "), status: process.terminationStatus, errors: errors)
        }
        return Output(bytes: try scratch.read("out"), errors: errors)
    }

    /// Runs ffmpeg, quiet but for warnings, with standard output as the result.
    static func ffmpeg(_ arguments: String...) throws -> Output {
        try run("ffmpeg", arguments: ["-v", "warning", "-nostdin", "-y"] + arguments)
    }
}

/// A directory for a test's files, removed with it.
final class Scratch {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "codec-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    func path(_ name: String) -> String { directory + "/" + name }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }
}
