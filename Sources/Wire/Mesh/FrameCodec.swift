import MeshBase

/// Why a stream of frames is given up; the connection is closed, nothing else happens.
package enum FrameFailure: Error, Sendable, Equatable {
    case tooShort(UInt32)
    case tooLong(UInt32)
    case unknownKind(UInt8)
    case lengthsDisagree
}

package enum FrameCodec {
    /// Bytes a frame may have beyond its body: the fixed part and the three texts, which for a request come out of a
    /// target of up to 8 KiB. An answer's own texts fit as well, however small the limit on bodies is.
    package static let overhead = 16 * 1024

    /// Appends one frame.
    ///
    /// - Parameter traceState: what goes with the trace to programs, at most 65 535 bytes; nothing without a trace.
    package static func append(
        _ head: FrameHead, customer: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer,
        note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer,
        traceState: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0), into buffer: inout ByteBuffer
    ) {
        let hasState = head.trace != nil && traceState.count > 0
        let fixed = FrameHead.size + (head.trace == nil ? 0 : FrameTrace.size)
        let state = hasState ? 2 + traceState.count : 0
        let rest = fixed + state + customer.count + name.count + note.count + body.count
        precondition(
            customer.count <= UInt16.max && name.count <= UInt16.max && note.count <= UInt16.max
                && traceState.count <= UInt16.max && rest <= UInt32.max,
            "a frame's texts are bounded before they are encoded")
        let space = buffer.reserve(rest).baseAddress!
        store(UInt32(rest - 4), space, 0)
        space.storeBytes(of: head.kind.rawValue, toByteOffset: 4, as: UInt8.self)
        space.storeBytes(of: head.flags.rawValue, toByteOffset: 5, as: UInt8.self)
        store(head.status, space, 6)
        store(head.request, space, 8)
        store(head.customer.rawValue, space, 16)
        store(head.epoch.rawValue, space, 24)
        store(head.deadline, space, 28)
        store(head.versionCounter, space, 32)
        store(head.versionWriter, space, 40)
        store(UInt16(customer.count), space, 48)
        store(UInt16(name.count), space, 50)
        store(UInt16(note.count), space, 52)
        space.storeBytes(of: head.attempt, toByteOffset: 54, as: UInt8.self)
        space.storeBytes(of: marks(head.trace) | (hasState ? 8 : 0), toByteOffset: 55, as: UInt8.self)
        if let trace = head.trace {
            store(trace.high, space, FrameHead.size)
            store(trace.low, space, FrameHead.size + 8)
        }
        var at = space + fixed
        if hasState {
            store(UInt16(traceState.count), at, 0)
            at += 2
            copy(traceState, &at)
        }
        copy(customer, &at)
        copy(name, &at)
        copy(note, &at)
        copy(body, &at)
        buffer.commit(rest)
    }

    /// Bit 0: the id of a trace follows the fixed part; bit 1: it is to be explained; bit 2: it is one of the sample. Bit 3:
    /// behind the id is a text that goes with it, after its length (2 bytes). Others say nothing yet.
    @inline(__always)
    private static func marks(_ trace: FrameTrace?) -> UInt8 {
        guard let trace else { return 0 }
        return 1 | (trace.isExplained ? 2 : 0) | (trace.isSampled ? 4 : 0)
    }

    /// Appends a frame without texts and body.
    package static func append(_ head: FrameHead, into buffer: inout ByteBuffer) {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        append(head, customer: nothing, name: nothing, note: nothing, body: nothing, into: &buffer)
    }

    @inline(__always)
    private static func copy(_ part: UnsafeRawBufferPointer, _ at: inout UnsafeMutableRawPointer) {
        guard let base = part.baseAddress, part.count > 0 else { return }
        at.copyMemory(from: base, byteCount: part.count)
        at += part.count
    }

    /// The first frame of `bytes` and how many bytes it takes, or nil when it is not complete yet.
    package static func first(
        of bytes: UnsafeRawBufferPointer, bodyLimit: Int
    ) throws(FrameFailure) -> (frame: FrameView, size: Int)? {
        guard bytes.count >= 4 else { return nil }
        let rest = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        guard rest >= FrameHead.size - 4 else { throw .tooShort(rest) }
        guard rest <= bodyLimit + overhead else { throw .tooLong(rest) }
        let size = Int(rest) + 4
        guard bytes.count >= size else { return nil }
        let rawKind = bytes[4]
        guard let kind = FrameKind(rawValue: rawKind) else { throw .unknownKind(rawKind) }
        let customerCount = Int(load(bytes, 48, UInt16.self))
        let nameCount = Int(load(bytes, 50, UInt16.self))
        let noteCount = Int(load(bytes, 52, UInt16.self))
        let marks = bytes[55]
        let stateStart = FrameHead.size + (marks & 1 == 0 ? 0 : FrameTrace.size)
        var customerStart = stateStart
        if marks & 9 == 9 {
            guard size >= stateStart + 2 else { throw .lengthsDisagree }
            customerStart += 2 + Int(load(bytes, stateStart, UInt16.self))
        }
        let bodyStart = customerStart + customerCount + nameCount + noteCount
        guard bodyStart <= size else { throw .lengthsDisagree }
        let trace =
            marks & 1 == 0
            ? nil
            : FrameTrace(
                high: load(bytes, FrameHead.size, UInt64.self), low: load(bytes, FrameHead.size + 8, UInt64.self),
                isExplained: marks & 2 != 0, isSampled: marks & 4 != 0)
        let head = FrameHead(
            kind: kind, flags: FrameFlags(rawValue: bytes[5]), status: load(bytes, 6, UInt16.self),
            request: load(bytes, 8, UInt64.self), customer: CustomerHash(rawValue: load(bytes, 16, UInt64.self)),
            epoch: Epoch(load(bytes, 24, UInt32.self)), deadline: load(bytes, 28, UInt32.self),
            versionCounter: load(bytes, 32, UInt64.self), versionWriter: load(bytes, 40, UInt64.self),
            attempt: bytes[54], trace: trace)
        let nameStart = customerStart + customerCount
        let noteStart = nameStart + nameCount
        let frame = FrameView(
            head: head, customer: part(bytes, customerStart, nameStart), name: part(bytes, nameStart, noteStart),
            note: part(bytes, noteStart, bodyStart), body: part(bytes, bodyStart, size),
            traceState: part(bytes, min(stateStart + 2, customerStart), customerStart))
        return (frame, size)
    }

    @inline(__always)
    private static func part(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[from..<to])
    }
    @inline(__always)
    private static func load<Integer: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ type: Integer.Type
    ) -> Integer {
        Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
    @inline(__always)
    private static func store<Integer: FixedWidthInteger>(
        _ value: Integer, _ space: UnsafeMutableRawPointer, _ offset: Int
    ) {
        space.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Integer.self)
    }
}
