import CLibUV

/// Room on a disk for what is written later.
package enum DiskRoom {
    /// Keeps blocks for the first bytes of a file, which stays as long as it is. A file system that cannot do that keeps nothing,
    /// and that is no failure.
    ///
    /// - Returns: 0, or the errno of why there is no room.
    package static func keep(_ bytes: Int, in descriptor: Int32) -> Int32 {
        let code = -cuv_keep_room_errno(descriptor, Int64(bytes))
        return code == EOPNOTSUPP || code == ENOSYS ? 0 : code
    }
}
