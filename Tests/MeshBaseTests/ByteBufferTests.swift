import Testing

@testable import MeshBase

@Suite struct ByteBufferTests {
    /// The same calls to a buffer and to an array.
    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func itBehavesAsAnArray(seed: UInt64) {
        var generator = Generator(seed: seed)
        var buffer = ByteBuffer(capacity: 0)
        var model: [UInt8] = []
        for step in 0..<6_000 {
            let note: Comment = "seed \(seed) step \(step)"
            switch generator.below(10) {
            case 0, 1:
                let bytes = (0..<Int(generator.below(70))).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                buffer.append(bytes)
                model += bytes
            case 2:
                let bytes = (0..<Int(generator.below(70))).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                let space = buffer.reserve(bytes.count)
                #expect(space.count >= bytes.count)
                space.copyBytes(from: bytes)
                buffer.commit(bytes.count)
                model += bytes
            case 3:
                let byte = UInt8(truncatingIfNeeded: generator.next())
                buffer.append(byte: byte)
                model.append(byte)
            case 4:
                let value = generator.next() >> generator.below(64)
                buffer.append(decimal: value)
                model += Array(String(value).utf8)
            case 5:
                let value = UInt32(truncatingIfNeeded: generator.next())
                buffer.append(littleEndian: value)
                model += withUnsafeBytes(of: value.littleEndian) { Array($0) }
            case 6:
                buffer.append("static")
                buffer.append(String("text é"))
                model += Array("statictext é".utf8)
            case 7:
                guard model.count >= 4 else { continue }
                let value = UInt32(truncatingIfNeeded: generator.next())
                let offset = Int(generator.below(UInt64(model.count - 3)))
                buffer.overwrite(littleEndian: value, at: offset)
                model.replaceSubrange(offset..<offset + 4, with: withUnsafeBytes(of: value.littleEndian) { Array($0) })
            case 8:
                let count = Int(generator.below(UInt64(model.count + 1)))
                buffer.consume(count)
                model.removeFirst(count)
            default:
                if generator.below(8) == 0 {
                    buffer.truncate(to: model.count / 2)
                    model.removeLast(model.count - model.count / 2)
                    buffer.shrink(beyond: 64)
                }
            }
            #expect(buffer.count == model.count && buffer.isEmpty == model.isEmpty, note)
            #expect(Array(buffer.bytes) == model, note)
        }
        buffer.removeAll()
        buffer.shrink(beyond: 64)
        #expect(buffer.isEmpty && buffer.capacity <= 64)
    }

    @Test func aQueueOfConstantLengthDoesNotGrow() {
        var buffer = ByteBuffer(capacity: 64)
        buffer.append([UInt8](repeating: 1, count: 20))
        for _ in 0..<10_000 {
            buffer.append([UInt8](repeating: 2, count: 10))
            buffer.consume(10)
        }
        #expect(buffer.count == 20)
        #expect(buffer.capacity <= 128)
    }

    @Test func theLargestNumbersAreWritten() {
        var buffer = ByteBuffer(capacity: 16)
        for value in [0, 9, 10, UInt64.max] {
            buffer.append(decimal: value)
            buffer.append(byte: 0x20)
        }
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "0 9 10 18446744073709551615 ")
    }
}
