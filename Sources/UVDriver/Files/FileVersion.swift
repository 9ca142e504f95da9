import Glibc

/// Tells whether a file is still the one that was read: another version has another inode, size or time.
///
/// The time of the last change of the inode counts too, since a copy may give a file the modification time of another.
struct FileVersion: Equatable {
    private let inode: UInt64
    private let size: Int64
    private let modified: Moment
    private let changed: Moment

    private struct Moment: Equatable {
        let seconds: Int
        let nanoseconds: Int

        init(_ time: timespec) { (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec) }
    }

    init(_ facts: stat) {
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        modified = Moment(facts.st_mtim)
        changed = Moment(facts.st_ctim)
    }

    /// The version that is there now; nil where there is surely no file.
    init?(of path: String) throws(UVError) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            guard !Self.saysNoFile(errno) else { return nil }
            throw UVError(code: -errno, operation: "read \(path)")
        }
        self.init(facts)
    }

    /// Other errors leave open whether there is one.
    static func saysNoFile(_ errno: Int32) -> Bool { errno == ENOENT || errno == ENOTDIR }
}
