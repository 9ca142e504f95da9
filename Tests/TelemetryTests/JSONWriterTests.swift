import Foundation
import MeshBase
import Testing

@testable import Telemetry

@Suite struct JSONWriterTests {
    private func sample(_ layout: JSONWriter.Layout) -> String {
        var json = JSONWriter(layout)
        json.document {
            $0.field("mesh", "shop")
            $0.field("ratio", 0.25)
            $0.field("whole", 3.0)
            $0.field("nothing", nil as String?)
            $0.field("none", nil as Int?)
            $0.field("ok", true)
            $0.field("digest", hex: 0xAB)
            $0.array("empty") { _ in }
            $0.object("object") { _ in }
            $0.array("cells") { cells in
                for number in 1...2 { cells.object { $0.field("n", number) } }
                cells.value(-1)
            }
            $0.field("names", ["a", "b"])
            $0.field("raw", raw: "{\"a\":1}")
        }
        return json.string
    }

    @Test func compact() {
        #expect(
            sample(.compact)
                == #"{"schema":"cellmesh/1","mesh":"shop","ratio":0.25,"whole":3,"nothing":null,"none":null,"ok":true,"#
                + #""digest":"00000000000000ab","empty":[],"object":{},"cells":[{"n":1},{"n":2},-1],"#
                + #""names":["a","b"],"raw":{"a":1}}"#)
    }

    @Test func pretty() {
        var json = JSONWriter(.pretty)
        json.object {
            $0.field("a", 1)
            $0.array("b") {
                $0.value("x")
                $0.object { $0.field("c", false) }
            }
            $0.array("d") { _ in }
        }
        #expect(
            json.string == """
                {
                  "a": 1,
                  "b": [
                    "x",
                    {
                      "c": false
                    }
                  ],
                  "d": []
                }
                """)
    }

    @Test func aLoneValueIsADocument() {
        var json = JSONWriter()
        json.value("x")
        #expect(json.string == "\"x\"")
    }

    @Test func stringsAreEscaped() {
        var json = JSONWriter()
        json.value("\"\\/\u{8}\u{9}\u{A}\u{C}\u{D}\u{0}\u{1F}\u{7F}é😀")
        #expect(json.string == #""\"\\/\b\t\n\f\r\u0000\u001f\u007fé😀""#)
    }

    @Test func numbersThatJSONCannotHoldAreNull() {
        var json = JSONWriter()
        json.array {
            $0.value(Double.nan)
            $0.value(Double.infinity)
            $0.value(-0.0)
            $0.value(1e300)
            $0.value(Double.leastNonzeroMagnitude)
            $0.value(UInt64.max)
            $0.value(1e15)
            $0.value(0.1)
        }
        #expect(json.string == "[null,null,0,1e+300,5e-324,18446744073709551615,1000000000000000,0.1]")
    }

    @Test func anIndependentParserReadsItBack() throws {
        let seed: UInt64 = 11
        var rng = Generator(seed: seed)
        for _ in 0..<300 {
            let scalars = (0..<rng.below(20)).compactMap { _ in
                Unicode.Scalar(UInt32(rng.below(rng.chance(0.5) ? 0x80 : 0x11_0000)))
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            let string = String(text)
            let number = Double(bitPattern: rng.next())
            for layout in [JSONWriter.Layout.compact, .pretty] {
                var json = JSONWriter(layout)
                json.object {
                    $0.field("text", string)
                    $0.field(string, 1)
                }
                let read = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any]
                let same = (read?["text"] as? String)?.unicodeScalars.elementsEqual(string.unicodeScalars)
                #expect(same == true || string == "text", "seed \(seed)")
            }
            guard number.isFinite else { continue }
            var json = JSONWriter()
            json.array { $0.value(number) }
            // Unlike JSONSerialization, this one reads numbers to the last bit.
            #expect(try JSONDecoder().decode([Double].self, from: Data(json.bytes)) == [number], "seed \(seed)")
        }
    }
}
