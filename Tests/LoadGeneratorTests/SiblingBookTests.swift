import Checkers
import MeshBase
import Testing
import Wire

@testable import LoadGenerator

@Suite struct SiblingBookTests {
    private static let run: UInt64 = 7
    private let record = RecordID(1)
    private var book = SiblingBook(run: run)

    private func value(_ number: UInt64, run: UInt64 = run) -> String {
        var output = ByteBuffer()
        RecordValue.append(run: run, number: number, size: 64, into: &output)
        return String(decoding: output.bytes, as: UTF8.self)
    }
    private mutating func condition(_ number: UInt64) -> String? {
        book.begin(record, number: number).map { String(decoding: $0, as: UTF8.self) }
    }
    private mutating func acknowledge(_ number: UInt64, _ tag: String) {
        withBytes(tag) { book.acknowledged(record, number: number, tag: $0) }
    }
    private mutating func read(_ status: Int, _ tag: String, _ body: String) {
        withBytes(tag) { tag in withBytes(body) { book.read(record, status: status, tag: tag, body: $0) } }
    }
    private mutating func readBack(_ status: Int, _ tag: String, _ body: String) -> [UInt64] {
        withBytes(tag) { tag in
            withBytes(body) { book.readBack(record, status: status, tag: tag, body: $0) }
        }
    }
    private func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var text = text
        return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
    private func page(_ siblings: [(dot: String, text: String?)]) -> String {
        let parts = siblings.enumerated().map { index, one in
            "{\"number\":\(index + 1),\"version\":\"\(one.dot)\",\"writer\":\"1\",\"written_ms\":5,"
                + (one.text.map { "\"text\":\"\($0)\"}" } ?? "\"deleted\":true}")
        }
        return "{\"schema\":\"cellmesh/1\",\"siblings\":[\(parts.joined(separator: ","))]}\n"
    }

    @Test mutating func aWriteSupersedesWhatItsClientsKnow() {
        #expect(condition(1) == nil)
        acknowledge(1, "\"a-1-f\"")
        #expect(condition(2) == "\"a-1-f\"")
        // It has the same in mind, for the first is not answered.
        #expect(condition(3) == "\"a-1-f\"")
        acknowledge(2, "\"b-1-f\"")
        acknowledge(3, "\"c-1-f\"")
        #expect(condition(5) == "\"b-1-f,c-1-f\"")
        book.refused(record, number: 5)
        #expect(condition(6) == "\"b-1-f,c-1-f\"")
        book.lost(number: 6)
        // One of four is blind.
        #expect(condition(8) == nil && book.unknown == 1)
        acknowledge(8, "\"d-1-f\"")
        read(300, "\"d-1-f,e-2-f\"", page([("d-1-f", value(8)), ("e-2-f", value(6))]))
        #expect(condition(9) == "\"d-1-f,e-2-f\"" && book.checker.conflictsSeen == 1)
    }

    @Test mutating func whatIsReadBackIsHeldAgainstIt() {
        for number in [1, 4] as [UInt64] {
            _ = condition(number)
            acknowledge(number, "\"\(String(number, radix: 16))-1-f\"")
        }
        let both = readBack(300, "\"1-1-f,4-1-f\"", page([("1-1-f", value(1)), ("4-1-f", value(4))]))
        #expect(both == [1, 4] && book.checker.isWhole(record, both))
        var lossy = book
        lossy.judge(record, readBack(200, "\"4-1-f\"", value(4)))
        #expect(lossy.checker.totals().lost == 1)
        book.judge(record, readBack(404, "", "{}"))
        #expect(book.checker.totals().lost == 2)
    }

    /// Of another load, of another program, and of a deletion, older and newer than the write.
    @Test(arguments: [("3-9-f", 1, 0), ("5-9-f", 0, 1)])
    mutating func whatOthersWroteMayHaveSuperseded(_ dot: String, _ lost: Int, _ unverified: Int) {
        for (status, body) in [(200, value(1, run: 8)), (200, "one"), (404, "{}"), (300, page([(dot, nil)]))] {
            book = SiblingBook(run: Self.run)
            _ = condition(1)
            acknowledge(1, "\"4-1-f\"")
            let values = readBack(status, "\"\(dot)\"", body)
            #expect(values.isEmpty)
            book.judge(record, values)
            let totals = book.checker.totals()
            #expect(totals.lost == lost && totals.unverified == unverified, "\(status) \(body)")
        }
    }

    @Test func theConditionStandsInTheRequest() {
        let renderer = RequestRenderer(LoadConfiguration(rate: 1, duration: .seconds(1)), host: .loopback(80), run: 1)
        var output = ByteBuffer()
        let request = LoadRequest(intended: .zero, customer: 1, item: 1, kind: .write, priority: .normal)
        renderer.append(request, number: 1, condition: Array("\"a-1-f\"".utf8), into: &output)
        let text = String(decoding: output.bytes, as: UTF8.self)
        #expect(text.hasPrefix("PUT /v1/customers/c1/records/k1 HTTP/1.1\r\nIf-Match: \"a-1-f\"\r\nHost: "), "\(text)")
    }
}
