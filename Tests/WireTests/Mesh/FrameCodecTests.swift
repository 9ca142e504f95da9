import MeshBase
import Testing

@testable import Wire

@Suite struct FrameCodecTests {
    /// A frame with its texts copied out.
    struct Copy: Equatable {
        var head: FrameHead
        var customer: [UInt8]
        var name: [UInt8]
        var note: [UInt8]
        var body: [UInt8]

        init(_ head: FrameHead, _ customer: String, _ name: String, _ note: String, _ body: [UInt8]) {
            self.head = head
            self.customer = Array(customer.utf8)
            self.name = Array(name.utf8)
            self.note = Array(note.utf8)
            self.body = body
        }
        init(_ view: borrowing FrameView) {
            head = view.head
            customer = Array(view.customer)
            name = Array(view.name)
            note = Array(view.note)
            body = Array(view.body)
        }

        func append(to buffer: inout ByteBuffer) {
            customer.withUnsafeBytes { customer in
                name.withUnsafeBytes { name in
                    note.withUnsafeBytes { note in
                        body.withUnsafeBytes { body in
                            FrameCodec.append(
                                head, customer: customer, name: name, note: note, body: body, into: &buffer)
                        }
                    }
                }
            }
        }
        var bytes: [UInt8] {
            var buffer = ByteBuffer()
            append(to: &buffer)
            return Array(buffer.bytes)
        }
    }

    static let full = Copy(
        FrameHead(
            kind: .recordWrite, flags: [.tombstone, .json, .acknowledgement, .priority(.low)], status: 0xABCD,
            request: 0x0102_0304_0506_0708, customer: CustomerHash(rawValue: .max), epoch: Epoch(0xFEDC_BA98),
            deadline: 0x1234_5678, versionCounter: 9, versionWriter: .max - 1), "customer", "key", "/rest",
        Array(0...255))
    static let traced = Copy(
        FrameHead(
            kind: .serviceCall, request: 7, customer: CustomerHash(rawValue: 8), epoch: Epoch(9), attempt: 2,
            trace: FrameTrace(high: .max - 2, low: 1, isExplained: true)), "customer", "checkout", "/rest", [1, 2])
    static let sampled = Copy(
        FrameHead(
            kind: .recordRead, request: 7, customer: CustomerHash(rawValue: 8), epoch: Epoch(9),
            trace: FrameTrace(high: 0, low: .max, isExplained: false, isSampled: true)), "customer", "key", "", [])
    static let passed = Copy(
        FrameHead(
            kind: .cancel, request: 7, customer: CustomerHash(rawValue: 8), epoch: Epoch(9),
            trace: FrameTrace(high: 3, low: 4, isExplained: false)), "", "", "", [])
    static let bare = Copy(
        FrameHead(kind: .reply, request: 0, customer: CustomerHash(rawValue: 0), epoch: Epoch(0)), "", "", "", [])

    private func read(_ bytes: [UInt8], limit: Int = 1024) throws(FrameFailure) -> (Copy, Int)? {
        // The bytes end at a page that no one may touch.
        let memory = GuardedMemory(atLeast: max(bytes.count, 1))
        guard
            let (frame, size) = try FrameCodec.first(
                of: UnsafeRawBufferPointer(memory.tail(bytes)), bodyLimit: limit)
        else { return nil }
        return (Copy(frame), size)
    }

    @Test(arguments: [full, traced, sampled, passed, bare])
    func whatIsWrittenIsRead(frame: Copy) throws {
        let (read, size) = try #require(try read(frame.bytes))
        #expect(read == frame)
        #expect(size == frame.bytes.count)
        #expect(read.head.flags.priority == frame.head.flags.priority)
    }

    @Test func everyPrefixIsIncomplete() throws {
        let bytes = Self.full.bytes
        for count in bytes.indices {
            #expect(try read(Array(bytes[..<count])) == nil, "\(count) bytes")
        }
    }

    @Test func aStreamOfFramesIsCutWhereverItIsSplit() throws {
        let frames = [Self.full, Self.traced, Self.bare, Self.full]
        let bytes = frames.flatMap(\.bytes)
        for split in bytes.indices {
            var buffer = ByteBuffer(capacity: 16)
            var found: [Copy] = []
            for part in [bytes[..<split], bytes[split...]] {
                buffer.append(Array(part))
                while let (frame, size) = try FrameCodec.first(of: buffer.bytes, bodyLimit: 1024) {
                    found.append(Copy(frame))
                    buffer.consume(size)
                }
            }
            #expect(found == frames && buffer.isEmpty, "split at \(split)")
        }
    }

    @Test func lengthsAreBounded() throws {
        func patched(_ offset: Int, _ value: [UInt8]) -> [UInt8] {
            var bytes = Self.full.bytes
            bytes.replaceSubrange(offset..<offset + value.count, with: value)
            return bytes
        }
        #expect(throws: FrameFailure.tooShort(51)) { try read(patched(0, [51, 0, 0, 0])) }
        #expect(throws: FrameFailure.tooShort(0)) { try read([0, 0, 0, 0]) }
        #expect(throws: FrameFailure.tooLong(.max)) { try read([255, 255, 255, 255]) }
        #expect(throws: FrameFailure.unknownKind(0)) { try read(patched(4, [0])) }
        #expect(throws: FrameFailure.unknownKind(99)) { try read(patched(4, [99])) }
        for offset in [48, 50, 52] {
            #expect(throws: FrameFailure.lengthsDisagree) { try read(patched(offset, [255, 255])) }
        }
        let limit = 100
        let largest = UInt32(limit + FrameCodec.overhead)
        #expect(try read(withUnsafeBytes(of: largest.littleEndian) { Array($0) }, limit: limit) == nil)
        #expect(throws: FrameFailure.tooLong(largest + 1)) {
            try read(withUnsafeBytes(of: (largest + 1).littleEndian) { Array($0) }, limit: limit)
        }
    }

    /// Whatever a client's request may be, the frame that carries it is one that a cell takes.
    @Test func theLongestTargetAndTheLargestBodyFitAFrame() throws {
        let limits = HTTPLimits.standard
        let path = "/v1/customers/c/services/s/"
        let rest = "/" + String(repeating: "r", count: limits.target - path.utf8.count)
        let frame = Copy(Self.bare.head, "c", "s", rest, [UInt8](repeating: 1, count: limits.body))
        let (read, _) = try #require(try read(frame.bytes, limit: limits.body))
        #expect(read == frame)
    }

    /// Any bytes end in a frame within the bytes, a wish for more, or a failure.
    @Test(arguments: [31, 32, 33] as [UInt64])
    func mutatedFramesNeverReadOutside(seed: UInt64) {
        var generator = Generator(seed: seed)
        var outcomes = [0, 0, 0]
        for round in 0..<3_000 {
            var bytes = [Self.full, Self.traced, Self.bare][Int(generator.below(3))].bytes
            for _ in 0...generator.below(4) {
                switch generator.below(4) {
                case 0:
                    bytes[Int(generator.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: generator.next())
                case 1:
                    let offset = Int(generator.below(UInt64(min(bytes.count, 56))))
                    bytes[offset] ^= 1 << UInt8(generator.below(8))
                case 2:
                    bytes.removeLast(Int(generator.below(UInt64(bytes.count))))
                    if bytes.isEmpty { bytes = [0] }
                default:
                    bytes += (0..<generator.below(40)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                }
            }
            do {
                if let (frame, size) = try read(bytes) {
                    outcomes[0] += 1
                    #expect(size <= bytes.count, "seed \(seed) round \(round)")
                    #expect(frame.bytes.count == size, "seed \(seed) round \(round)")
                } else {
                    outcomes[1] += 1
                }
            } catch {
                outcomes[2] += 1
            }
        }
        #expect(outcomes.allSatisfy { $0 > 100 }, "\(outcomes)")
    }

    /// A length that goes beyond the frame is refused wherever the frame is cut.
    @Test func theStateOfATraceLiesBetweenItsIdAndTheTexts() throws {
        var head = FrameHead(kind: .serviceCall, request: 7, customer: CustomerHash(rawValue: 1), epoch: .first)
        head.trace = FrameTrace(high: 1, low: 2, isExplained: true)
        func bytes(_ head: FrameHead, _ state: String) -> [UInt8] {
            var buffer = ByteBuffer()
            let (state, text) = (Array(state.utf8), Array("pay".utf8))
            state.withUnsafeBytes { state in
                text.withUnsafeBytes {
                    FrameCodec.append(
                        head, customer: $0, name: $0, note: $0, body: $0, traceState: state, into: &buffer)
                }
            }
            return Array(buffer.bytes)
        }
        for state in ["", "a=1,b=2"] {
            try bytes(head, state).withUnsafeBytes {
                let frame = try #require(try FrameCodec.first(of: $0, bodyLimit: 10)).frame
                #expect(frame.head == head && Array(frame.traceState) == Array(state.utf8))
                #expect(Array(frame.body) == Array("pay".utf8) && frame.customer.count == 3)
            }
        }
        var damaged = bytes(head, "a=1")
        damaged[FrameHead.size + FrameTrace.size + 1] = 0xFF
        damaged.withUnsafeBytes { damaged in
            _ = #expect(throws: FrameFailure.lengthsDisagree) { try FrameCodec.first(of: damaged, bodyLimit: 10) }
        }
        head.trace = nil
        #expect(bytes(head, "a=1") == bytes(head, ""), "without a trace there is none")
    }
}
