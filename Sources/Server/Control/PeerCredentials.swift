import Glibc

/// `struct ucred` of unix(7), which Swift's Glibc leaves out: who is at the other end of a Unix socket.
struct PeerCredentials {
    var process: pid_t = 0
    var user: uid_t = 0
    var group: gid_t = 0
}
