import Reports
import Testing

@Suite struct DocumentTextTests {
    private struct Inner: Encodable {
        var zulu = 1
        @Nullable var alpha: String?
        var absent: Int?
    }
    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var name = "shop"
        var list = [Inner(alpha: nil), Inner(alpha: "x")]
        var counts = ["b": 2, "a": 1, "c": 3]
        var empty: [Int] = []
        var ratio = 0.25
        var whole = 3.0
        var large = UInt64.max
        var none = Double.infinity
    }

    @Test func membersStandInTheOrderOfTheirKeys() {
        #expect(
            DocumentText.json(Document(), .compact)
                == #"{"schema":"cellmesh/1","name":"shop","list":[{"zulu":1,"alpha":null},{"zulu":1,"alpha":"x"}],"#
                + #""counts":{"a":1,"b":2,"c":3},"empty":[],"ratio":0.25,"whole":3,"large":18446744073709551615,"#
                + #""none":null}"#)
    }

    @Test func byNameTheSchemaStandsFirst() {
        struct Last: Encodable {
            var alpha = 1
            var nested = ["schema": 1, "a": 2]
            let schema = ReportJSON.schema
        }
        #expect(
            DocumentText.json(Last(), .compact, order: .byName)
                == #"{"schema":"cellmesh/1","alpha":1,"nested":{"a":2,"schema":1}}"#)
    }

    @Test func linesAreIndented() {
        #expect(
            DocumentText.json([Inner(alpha: "a\"b")]) == """
                [
                  {
                    "zulu": 1,
                    "alpha": "a\\"b"
                  }
                ]
                """)
    }

    /// A type that is encoded beside other members takes its place among them.
    @Test func aTypeStandsBesideMembers() {
        struct Outer: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(1, forKey: .first)
                try Inner(alpha: nil).encode(to: encoder)
                var list = container.nestedUnkeyedContainer(forKey: .last)
                try list.encode("x")
                try list.encodeNil()
                var member = list.nestedContainer(keyedBy: Key.self)
                try member.encode(true, forKey: .first)
            }
            private enum Key: String, CodingKey { case first, last }
        }
        #expect(
            DocumentText.json(Outer(), .compact)
                == #"{"first":1,"zulu":1,"alpha":null,"last":["x",null,{"first":true}]}"#)
    }

    @Test func yamlIsInBlockStyle() {
        struct Row: Encodable {
            var name = "x"
            var on = ["y", "2"]
        }
        struct Sheet: Encodable {
            var a = 1
            var list = [Row()]
            var empty: [Int] = []
            var text = "on"
            var path = "/a b"
            @Nullable var none: Int?
        }
        #expect(
            DocumentText.yaml(Sheet(none: nil)) == """
                a: 1
                list:
                  - name: x
                    "on":
                      - "y"
                      - "2"
                empty: []
                text: "on"
                path: "/a b"
                none: null

                """)
    }

    @Test func whatIsNullableIsReadWithAndWithoutIt() throws {
        struct Read: Codable, Equatable {
            var a: Int
            @Nullable var b: Int?
        }
        for text in [#"{"a":1}"#, #"{"a":1,"b":null}"#, #"{"c":[],"a":1}"#] {
            #expect(ReportJSON.decode(Read.self, Array(text.utf8)) == Read(a: 1, b: nil))
        }
        #expect(String(decoding: ReportJSON.encode(Read(a: 1, b: nil)), as: UTF8.self) == "{\"a\":1,\"b\":null}\n")
    }

    @Test(arguments: [
        (#"{"a":{"b":"x"}}"#, "a.b: "), (#"{"a":{}}"#, "a: the key 'b' is missing"),
        (#"{"a":{"b":1,"c":[{"d":1},{}]}}"#, "a.c[1]: the key 'd' is missing"),
        ("[1", ""), ("", ""),
    ])
    func whatIsMalformedIsToldWithItsPlace(_ text: String, _ place: String) {
        struct Deep: Decodable { var d: Int }
        struct Inner: Decodable {
            var b: Int
            var c: [Deep]?
        }
        do {
            _ = try ReportJSON.read([String: Inner].self, Array(text.utf8))
            Issue.record("'\(text)' was read")
        } catch {
            let told = JSONFailure.describe(error)
            #expect(told.hasPrefix(place) && told.count > place.count - 1 && !told.isEmpty, "\(told)")
        }
    }
}
