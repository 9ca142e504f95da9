import Checkers
import MeshBase
import Testing
import Wire

@testable import LoadGenerator

@Suite struct RequestTests {
    private func bytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Array(text.utf8).withUnsafeBytes { body(UnsafeRawBufferPointer($0)) }
    }

    @Test func requestsAreWhatTheStrictParserTakes() throws {
        var configuration = LoadConfiguration(rate: 1, duration: .seconds(1))
        configuration.services = ["checkout"]
        configuration.priorities = try PriorityMix("low=100%")
        let renderer = RequestRenderer(configuration, host: .loopback(8080), run: 0xABC)
        for kind in LoadRequest.Kind.allCases {
            var output = ByteBuffer()
            let request = LoadRequest(
                intended: .zero, customer: 17, item: kind == .service ? 0 : 4, kind: kind, priority: .low)
            renderer.append(request, number: 0xDEF, into: &output)
            var parser = HTTPRequestParser()
            guard case .complete(let parsed) = parser.parse(output.mutableBytes, limits: .standard) else {
                Issue.record("\(kind) is not parsed")
                continue
            }
            #expect(parsed.consumed == output.count)
            let view = output.bytes
            #expect(parsed.method == (kind == .write ? .put : .get))
            let path = kind == .service ? "services/checkout" : "records/k4"
            #expect(parsed.target.text(in: view) == "/v1/customers/c17/\(path)")
            #expect(parsed.priority.text(in: view) == "low")
            // What is read back is no customer's.
            #expect(parsed.check.text(in: view) == (kind == .verification ? "1" : ""))
            guard kind == .write else { continue }
            let value = RecordValue.parse(parsed.body.bytes(in: view))
            #expect(value?.run == 0xABC && value?.number == 0xDEF)
        }
    }

    @Test func callsHaveKeysAndValues() throws {
        var configuration = LoadConfiguration(rate: 1, duration: .seconds(1))
        configuration.services = ["checkout"]
        configuration.post = .keyed
        configuration.values = 10...5_000
        let renderer = RequestRenderer(configuration, host: .loopback(8080), run: 0xABC)
        var output = ByteBuffer()
        let request = LoadRequest(
            intended: .zero, customer: 17, item: 0, kind: .service, priority: .low, key: 42, value: 99)
        renderer.append(request, number: 1, into: &output)
        var parser = HTTPRequestParser()
        guard case .complete(let parsed) = parser.parse(output.mutableBytes, limits: .standard) else {
            Issue.record("it is not parsed")
            return
        }
        #expect(parsed.consumed == output.count && parsed.method == .post)
        let text = String(decoding: output.bytes, as: UTF8.self)
        #expect(text.contains("Idempotency-Key: load-abc-42\r\n") && text.contains("X-Value: 99\r\n"))
        #expect(text.contains("Content-Length: 0\r\n"))
    }

    /// The first customers ask nothing, and of those that do the first asks most.
    @Test func silentCustomersAskNothing() throws {
        var configuration = LoadConfiguration(rate: 1, duration: .seconds(1), customers: 50)
        configuration.silentCustomers = 3
        var source = RequestSource(configuration)
        var counts: [Int: Int] = [:]
        for _ in 0..<5_000 { counts[Int(source.next(intended: .zero).customer), default: 0] += 1 }
        #expect(counts.keys.min() == 4 && counts.keys.max() == 50 && counts.max { $0.value < $1.value }?.key == 4)
        // One alone.
        (configuration.customers, configuration.silentCustomers) = (7, 6)
        source = RequestSource(configuration)
        for _ in 0..<100 { #expect(source.next(intended: .zero).customer == 7) }
        configuration.silentCustomers = 7
        #expect(throws: LoadError.self) { try configuration.validate() }
    }

    @Test func aTenthOfKeyedCallsComesAgainAndTheOthersHaveKeysOfTheirOwn() {
        var configuration = LoadConfiguration(rate: 1, duration: .seconds(1), customers: 50)
        (configuration.services, configuration.mix) = (["a", "b"], .servicesOnly)
        (configuration.post, configuration.values) = (.keyed, 10...20)
        var source = RequestSource(configuration)
        var first: [UInt64: LoadRequest] = [:]
        var again = 0
        for _ in 0..<10_000 {
            let request = source.next(intended: .zero)
            #expect(request.key > 0 && (10...20).contains(request.value))
            if let known = first[request.key] {
                again += 1
                #expect(
                    known.customer == request.customer && known.item == request.item && known.value == request.value)
            } else {
                first[request.key] = request
            }
        }
        #expect((900...1_100).contains(again), "\(again)")
        // Who asks without keys asks the same customers.
        configuration.post = nil
        configuration.values = nil
        var plain = RequestSource(configuration)
        var keyed = RequestSource(configuration)
        for _ in 0..<100 { #expect(plain.next(intended: .zero).customer == keyed.next(intended: .zero).customer) }
        #expect(plain.next(intended: .zero).key == 0)
    }

    @Test func valuesOfOthersAreNotTaken() {
        var output = ByteBuffer()
        RecordValue.append(run: .max, number: 1, size: 100, into: &output)
        #expect(output.count == 100)
        #expect(RecordValue.parse(output.bytes)?.run == .max)
        let text = output.bytes.map { $0 }
        for position in [0, 1, 5, 18, 30, 35, 60, 99] {
            var broken = text
            broken[position] = UInt8(ascii: "X")
            #expect(broken.withUnsafeBytes { RecordValue.parse($0) } == nil, "position \(position)")
        }
        #expect(text[..<63].withUnsafeBytes { RecordValue.parse($0) } == nil)
        #expect(bytes("") { RecordValue.parse($0) } == nil)
    }

    @Test func shardStates() {
        #expect(bytes("2/3") { AnswerNotes.shard($0) } == AnswerNotes.ShardState(serving: 2, size: 3))
        #expect(bytes("0/16") { AnswerNotes.shard($0) }?.isFull == false)
        for text in ["", "/", "3", "3/", "/3", "1/0", "a/3", "1/2/3", "-1/3", " 1/3", "1234/5678"] {
            #expect(bytes(text) { AnswerNotes.shard($0) } == nil, "\(text)")
        }
    }

    @Test func versions() {
        #expect(
            bytes("\"1f-2a00000001\"") { AnswerNotes.version($0) }
                == VersionWitness(counter: 0x1F, writer: 0x2A_0000_0001))
        for text in [
            "", "\"\"", "\"-\"", "1-2", "\"1-\"", "\"1-2", "\"1F-2\"", "\"1-2-3\"", "W/\"1-2\"",
            "\"12345678901234567-1\"",
        ] {
            #expect(bytes(text) { AnswerNotes.version($0) } == nil, "\(text)")
        }
    }

    @Test func problemsAreNamedByTheirType() {
        let told = "{\"type\":\"timeout\",\"status\":504,\"policy\":\"quorum\",\"customer\":\"c1\"}"
        #expect(bytes(told) { AnswerNotes.failure(504, "timeout", $0) } == "504 by quorum")
        #expect(bytes("{\"policy\":\"") { AnswerNotes.failure(503, "shed", $0) } == "503 shed")
        #expect(bytes("") { AnswerNotes.failure(502, nil, $0) } == "502")
        #expect(bytes("{\"type\":\"no-quorum\",\"title\":\"x\"}") { AnswerNotes.problem($0) } == "no-quorum")
        #expect(
            bytes("{ \"type\":\"https://x.example/problems/rate-limit\"}") { AnswerNotes.problem($0) } == "rate-limit")
        for text in ["", "{}", "{\"type\":\"about:blank\"}", "{\"type\":\"", "{\"type\":\"A b\"}", "{\"type\":\"\"}"] {
            #expect(bytes(text) { AnswerNotes.problem($0) } == nil, "\(text)")
        }
    }

    @Test func queuesAreBoundedAndKeepOrder() {
        var queue = BoundedQueue<Int>(capacity: 3)
        for round in 0..<5 {
            let pushed = [queue.push(round), queue.push(round + 10), queue.push(round + 20), queue.push(99)]
            #expect(pushed == [true, true, true, false])
            let first = queue.first
            #expect(first == round)
            let popped = [queue.pop(), queue.pop(), queue.pop(), queue.pop()]
            #expect(popped == [round, round + 10, round + 20, nil])
            // The next round begins at another place.
            _ = queue.push(1)
            _ = queue.pop()
        }
        var none = BoundedQueue<Int>(capacity: 0)
        let pushed = none.push(1)
        let popped = none.pop()
        #expect(!pushed && popped == nil)
    }
}
