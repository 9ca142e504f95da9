import CLibUV
import Chaos
import Glibc
import MeshBase
import Replication

/// The fault that makes a cell forget: the store of its last life is set aside before the next one opens it. Once for each fault.
enum SetAsideStore {
    /// Which fault the store was set aside by, in the cell's directory.
    static let mark = "forgotten"

    /// Sets the store aside where this fault has not yet.
    ///
    /// - Returns: what the store that is made now is told. One that keeps the identity votes at once, as if nothing were lost.
    static func forget(
        _ amnesia: CellEffect.Amnesia, in directory: String, _ birth: StoreBirth, events: HostEvents?
    ) throws -> StoreBirth {
        let mark = directory + "/" + Self.mark
        if SmallFile.read(mark, most: 256) == amnesia.fault { return birth }
        guard SmallFile.replace(mark, with: amnesia.fault) else {
            throw HostFailure("\(mark) cannot be written, so that the store would be set aside at each start")
        }
        for ending in ["", "-wal", "-shm"] {
            let (from, to) = ("\(directory)/store.sqlite\(ending)", "\(directory)/store-aside.sqlite\(ending)")
            unlink(to)
            guard rename(from, to) == 0 || errno == ENOENT else {
                throw HostFailure("\(from) cannot be set aside: \(String(cString: strerror(errno)))")
            }
        }
        events?.log(
            "store-set-aside", "by fault \(amnesia.fault): the store is \(directory)/store-aside.sqlite from now on")
        guard amnesia.keepsID else { return birth }
        var kept = birth
        kept.storeID = birth.known ?? birth.storeID
        kept.isFounding = true
        return kept
    }
}
