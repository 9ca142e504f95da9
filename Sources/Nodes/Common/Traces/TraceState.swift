import Wire

/// `tracestate` of W3C Trace Context: what tracers of the client's own want to hear again. It goes on to programs as it came, and
/// nothing here reads it.
package enum TraceState {
    /// Bytes that are passed on; longer ones are left out whole.
    package static let longest = 512

    /// That of a request; empty without one, where it cannot stand in a field, and where `traceparent` cannot be read, which it
    /// belongs to. Several fields are one list.
    package static func bytes(of request: HTTPRequest, in bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard request.traceparent.isPresent,
            FrameTrace(traceparent: request.traceparent.bytes(in: bytes), isExplained: false) != nil
        else { return [] }
        let name: StaticString = "tracestate"
        var state: [UInt8] = []
        request.forEachHeader(in: bytes) { field, value in
            guard field.count == name.utf8CodeUnitCount,
                field.indices.allSatisfy({ field[$0] | 0x20 == name.utf8Start[$0] }), !value.isEmpty,
                state.count <= longest
            else { return }
            if !state.isEmpty { state.append(UInt8(ascii: ",")) }
            state += value
        }
        let isSound = state.count <= longest && state.allSatisfy { (0x20...0x7E).contains($0) }
        return isSound ? state : []
    }
}
