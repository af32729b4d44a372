import Glibc

/// The path of a Unix socket, also where it is longer than the 107 bytes that the kernel takes: then by way of the folder,
/// which is held open for as long as the value lives.
struct UnixSocketPath: ~Copyable {
    /// What to give to `bind` or `connect`.
    let path: String
    private let folder: Int32

    /// The socket `name` in the folder; nil where the folder cannot be opened.
    init?(folder path: String, name: String) {
        let whole = path + "/" + name
        guard whole.utf8.count > 100 else {
            self.path = whole
            folder = -1
            return
        }
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.path = "/proc/self/fd/\(folder)/\(name)"
        guard folder >= 0 else { return nil }
    }

    deinit {
        if folder >= 0 { close(folder) }
    }
}
