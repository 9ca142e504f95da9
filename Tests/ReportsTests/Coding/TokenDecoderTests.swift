import Foundation
import MeshBase
import Testing

@testable import Reports

/// What the quick reader takes is what Foundation's reads, whatever the document; what it leaves alone the other one reads.
@Suite struct TokenDecoderTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Live/Goldens")

    private func lines(_ name: String) throws -> [[UInt8]] {
        try Data(contentsOf: Self.goldens.appendingPathComponent(name)).split(separator: UInt8(ascii: "\n"))
            .map { Array($0) }
    }

    /// Each of the forms that may be meant: types with members, with words, with null, and those that try one form after the other.
    private func compare(_ bytes: [UInt8], _ note: @autoclosure () -> String) {
        func compare<Value: Decodable & Equatable>(_ type: Value.Type) {
            guard let value = JSONTokens(bytes)?.whole(type) else { return }
            let other = try? JSONDecoder().decode(type, from: Data(bytes))
            #expect(value == other, "\(type) \(String(decoding: bytes, as: UTF8.self)) \(note())")
        }
        compare(FeedMessage.self)
        compare(FeedDelta.self)
        compare(CellVitals.self)
        compare(RouterVitals.self)
        compare(ControlVitals.self)
        compare([String: EventRecord.Value].self)
        compare([String: [String: String?]].self)
        compare([Int: Double].self)
        compare([Double?].self)
        compare([UInt8].self)
        compare(String.self)
    }

    @Test func whatProcessesTellIsReadWithoutTheOther() throws {
        for line in try lines("feed.ndjson") {
            #expect(JSONTokens(line)?.whole(FeedMessage.self) != nil)
            compare(line, "a golden")
        }
        let vitals = try lines("vitals.ndjson")
        #expect(JSONTokens(vitals[0])?.whole(CellVitals.self) == FeedSamples.cell)
        #expect(JSONTokens(vitals[1])?.whole(RouterVitals.self) == FeedSamples.router)
        #expect(JSONTokens(vitals[2])?.whole(ControlVitals.self) == FeedSamples.control)
    }

    @Test func documentsThatAreDamagedAnywhereAreReadAlike() throws {
        let seed: UInt64 = 11
        var random = Generator(seed: seed, concern: "damage")
        let bits = Array("{}[]:,\"\\/ \n\t-+.eE0123456789ntrufalsx".utf8) + [0, 7, 0x7F, 0x80, 0xC3, 0xA9, 0xED, 0xFF]
        let documents = try lines("feed.ndjson") + lines("vitals.ndjson")
        for round in 0..<1_500 {
            var bytes = documents[Int(random.below(UInt64(documents.count)))]
            for _ in 0...random.below(3) where !bytes.isEmpty {
                let place = Int(random.below(UInt64(bytes.count)))
                let bit = bits[Int(random.below(UInt64(bits.count)))]
                switch random.below(4) {
                case 0: bytes[place] = bit
                case 1: bytes.insert(bit, at: place)
                case 2: bytes.remove(at: place)
                default: bytes.removeLast(min(bytes.count, Int(random.below(40))))
                }
            }
            compare(bytes, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [
        "1.0", "1e2", "-5", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e999", "false",
        "null",
        "", " ", "nul", "true", "\"", "\"a\"", "[1", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{,}",
        "[01]", "[-]", "[-0]", "[+1]", "[1.]", "[.5]", "[1e]", "[1e5]", "[1E-5]", "[0.1]", "[1e400]", "[1e-400]",
        "[5e-324]",
        "[255]", "[256]", "[-1]", "[1.0]", "[9007199254740993]", "[123456789012345678901234567890]",
        "[0.30000000000000004]",
        "[18446744073709551615]", "[18446744073709551616]", "[2.2250738585072014e-308]", "[1.7976931348623157e308]",
        "[4503599627370496.5]", "[0.000012345678901234]", "[null,1]", "[1]x", "\u{FEFF}[1]", "[1]\0", "[1] \r\n\t",
        #""\u00e9\ud83d\ude00\n\/\"""#, #""\ud83d""#, #""\udc00""#, #""\ud83dA""#, #""\u12""#, #""\x""#, #""\u+123""#,
        "\"é😀\"",
        "\"\u{1}\"", "\"\u{7F}\"", #"{"a":1,"a":2}"#, #"{"a":{"b":null,"c":"d"}}"#, #"{"\u0061":{}}"#,
        #"{"1":2,"x":3}"#,
        #"{"1":2,"1":3}"#, #"{"a":1.0,"b":true,"c":[],"d":1e2,"e":-5,"f":9223372036854775808,"g":1e999}"#,
    ])
    func oddDocumentsAreReadAlike(_ text: String) {
        compare(Array(text.utf8), "as given")
        compare(Array("[\(text)]".utf8), "in a list")
        compare(Array("{\"a\":\(text)}".utf8), "in an object")
    }

    /// Beyond a number of members names are looked up in another way; and lists in lists have a bound.
    @Test func largeAndDeepDocumentsAreReadAlike() {
        for count in [63, 64, 65, 500] {
            let members = (0..<count).map { "\"\($0 % 400)\":\($0)" }.joined(separator: ",")
            let bytes = Array("{\(members)}".utf8)
            #expect(JSONTokens(bytes)?.whole([Int: Double].self)?.count == min(count, 400))
            compare(bytes, "\(count) members")
        }
        for depth in [100, 200, 100_000] {
            let bytes =
                Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
            #expect((JSONTokens(bytes) == nil) == (depth > 128))
        }
    }

    /// What the quick one leaves alone is read nevertheless, and what is wrong is told as ever.
    @Test func theOtherReaderHasTheLastWord() throws {
        #expect(JSONTokens(Array("[1.0]".utf8))?.whole([Int].self) == nil)
        #expect(try ReportJSON.read([Int].self, Array("[1.0]".utf8)) == [1])
        #expect(ReportJSON.decode([Float].self, Array("[0.1]".utf8)) == [0.1])
        do {
            _ = try ReportJSON.read([String: [Int]].self, Array(#"{"a":[1,"b"]}"#.utf8))
            Issue.record("it is no such document")
        } catch {
            #expect(JSONFailure.describe(error).hasPrefix("a[1]: "), "\(JSONFailure.describe(error))")
        }
    }
}
