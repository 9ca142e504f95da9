import MeshBase
import Wire

/// The rest of a service's path, behind the key under which a call is to be carried out once: a byte that says where the
/// client gave it, its length, the key, then the path.
package struct KeyedNote {
    /// Empty without one.
    package var key: [UInt8] = []
    /// The client gave it as such; otherwise it is the id of a request, which proxies add as well.
    package var isExplicit = false
    /// The rest of the path.
    package var path: UnsafeRawBufferPointer

    /// Reads the note of a frame; one that is no such note has no key.
    package init(_ note: UnsafeRawBufferPointer, isKeyed: Bool) {
        path = note
        guard isKeyed, note.count >= 2, note.count >= 2 + Int(note[1]) else { return }
        isExplicit = note[0] == 1
        key = Array(note[2..<2 + Int(note[1])])
        path = UnsafeRawBufferPointer(rebasing: note[(2 + key.count)...])
    }

    /// - Parameter key: at most 255 bytes.
    package static func bytes(
        key: UnsafeRawBufferPointer, isExplicit: Bool, path: UnsafeRawBufferPointer
    ) -> [UInt8] {
        [isExplicit ? 1 : 0, UInt8(key.count)] + Array(key) + Array(path)
    }
}
