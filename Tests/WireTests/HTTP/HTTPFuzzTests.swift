import MeshBase
import Testing

@testable import Wire

/// Mutated messages in memory that ends at a forbidden page: no trap, no byte read outside, no outcome that depends on
/// how the bytes are split.
@Suite struct HTTPFuzzTests {
    static let seed: UInt64 = 0x4854_5450
    static let iterations = 200_000

    @Test func mutatedRequests() {
        var rng = Generator(seed: HTTPFuzzTests.seed, concern: "http.fuzz.request")
        let corpus = (wellFormedRequests + refusedRequests.map(\.text)).map { Array($0.utf8) }
        let memory = GuardedMemory(atLeast: 8192)
        let limits = HTTPLimits(target: 64, headers: 512, fields: 16, body: 64, trailers: 32, chunkExtension: 16)
        var accepted = 0
        var parser = HTTPRequestParser()
        for iteration in 0..<HTTPFuzzTests.iterations {
            let bytes = HTTPFuzzTests.mutate(corpus[Int(rng.below(UInt64(corpus.count)))], &rng)
            let cut = Int(rng.below(UInt64(bytes.count + 1)))
            // Whole.
            parser = HTTPRequestParser()
            let buffer = memory.tail(bytes)
            let whole = parser.parse(buffer, limits: limits)
            let body = HTTPFuzzTests.bodyHash(whole, buffer)
            // In two pieces; the second arrives in moved memory.
            parser = HTTPRequestParser()
            let first = memory.tail(cut)
            first.copyBytes(from: bytes[..<cut])
            var split = parser.parse(first, limits: limits)
            var splitBody = HTTPFuzzTests.bodyHash(split, first)
            if split == .incomplete {
                let buffer = memory.tail(bytes.count)
                let kept = buffer.baseAddress.map { UnsafeMutableRawBufferPointer(start: $0, count: cut) }
                if let kept, cut > 0 { kept.copyMemory(from: UnsafeRawBufferPointer(first)) }
                if cut < bytes.count {
                    UnsafeMutableRawBufferPointer(rebasing: buffer[cut...]).copyBytes(from: bytes[cut...])
                }
                split = parser.parse(buffer, limits: limits)
                splitBody = HTTPFuzzTests.bodyHash(split, buffer)
            }
            if whole != split || body != splitBody {
                Issue.record(
                    "seed \(HTTPFuzzTests.seed) iteration \(iteration): \(whole) whole, \(split) cut at \(cut)")
                return
            }
            guard case .complete(let request) = whole else { continue }
            accepted += 1
            let inside = request.consumed <= bytes.count && request.body.end <= request.consumed
            if !inside || request.body.count > limits.body {
                Issue.record("seed \(HTTPFuzzTests.seed) iteration \(iteration): range outside the message")
                return
            }
            _ = try? HTTPRoute.split(request.path, in: UnsafeRawBufferPointer(memory.tail(bytes.count)))
        }
        #expect(accepted > HTTPFuzzTests.iterations / 50)
        #expect(accepted < HTTPFuzzTests.iterations)
    }

    @Test func mutatedResponses() {
        var rng = Generator(seed: HTTPFuzzTests.seed, concern: "http.fuzz.response")
        let corpus = wellFormedResponses.map { Array($0.utf8) }
        let memory = GuardedMemory(atLeast: 8192)
        let limits = HTTPLimits(headers: 512, fields: 16, body: 64, trailers: 32, chunkExtension: 16)
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = HTTPFuzzTests.mutate(corpus[Int(rng.below(UInt64(corpus.count)))], &rng)
            var parser = HTTPResponseParser()
            let buffer = memory.tail(bytes)
            var outcome = parser.parse(buffer, isHead: rng.chance(0.1), limits: limits)
            if outcome == .incomplete { outcome = parser.finish(buffer) }
            guard case .complete(let response) = outcome else { continue }
            accepted += 1
            #expect(response.consumed <= bytes.count && response.body.end <= response.consumed)
        }
        #expect(accepted > 100)
    }

    @Test func randomTargetsNeverTrap() {
        var rng = Generator(seed: HTTPFuzzTests.seed, concern: "http.fuzz.route")
        let corpus = ["/v1/customers/a/records/b", "/v1/customers/%61/services/b/c", "/v1/customers/a%2fb/records/%00"]
            .map { Array($0.utf8) }
        let memory = GuardedMemory(atLeast: 4096)
        for _ in 0..<20_000 {
            let bytes = HTTPFuzzTests.mutate(corpus[Int(rng.below(UInt64(corpus.count)))], &rng)
            let buffer = UnsafeRawBufferPointer(memory.tail(bytes))
            guard let route = try? HTTPRoute.split(HTTPRange(0, bytes.count), in: buffer) else { continue }
            var name = ByteBuffer()
            route.customer.append(to: &name, in: buffer)
            let count = name.count
            #expect(count > 0 && count <= HTTPRoute.longestName)
        }
    }

    static func bodyHash(_ parse: HTTPParse<HTTPRequest>, _ buffer: UnsafeMutableRawBufferPointer) -> UInt64? {
        guard case .complete(let request) = parse, !request.body.isEmpty else { return nil }
        return StableHash.hash(request.body.bytes(in: UnsafeRawBufferPointer(buffer)))
    }

    /// One to three edits: a changed, removed or doubled byte, a removed or doubled run, or a byte that parsers fear.
    static func mutate(_ bytes: [UInt8], _ rng: inout Generator) -> [UInt8] {
        let feared: [UInt8] = [0, 9, 10, 13, 32, 34, 37, 44, 47, 48, 58, 59, 63, 127, 128, 255]
        var bytes = bytes
        for _ in 0...rng.below(3) where !bytes.isEmpty {
            let position = Int(rng.below(UInt64(bytes.count)))
            switch rng.below(6) {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: rng.next())
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(feared[Int(rng.below(16))], at: position)
            case 3: bytes[position] = feared[Int(rng.below(16))]
            case 4:
                let end = min(bytes.count, position + Int(rng.below(24)))
                bytes.removeSubrange(position..<end)
            default:
                let end = min(bytes.count, position + Int(rng.below(24)))
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            }
        }
        return bytes
    }
}
