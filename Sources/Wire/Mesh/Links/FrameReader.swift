import MeshBase

/// Who takes the frames of a link.
package protocol FrameReader {
    /// Another frame may come now: the connection is still there, and what waits for the other end is bounded.
    var isReading: Bool { get }
    /// One frame, valid during the call.
    mutating func read(_ frame: borrowing FrameView)
}

extension FrameCodec {
    /// Hands over the frames that are whole, one after the other, while the reader takes them.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived; it stays where it is while frames are read.
    ///   - bodyLimit: Bytes in the body of one frame.
    /// - Returns: how many bytes the frames took.
    @inline(__always)
    package static func read(
        _ bytes: UnsafeRawBufferPointer, bodyLimit: Int, by reader: inout some FrameReader
    ) throws(FrameFailure) -> Int {
        var used = 0
        while reader.isReading,
            let (frame, size) = try first(
                of: UnsafeRawBufferPointer(rebasing: bytes[used...]), bodyLimit: bodyLimit)
        {
            reader.read(frame)
            used += size
        }
        return used
    }
}
