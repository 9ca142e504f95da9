import Testing

@testable import cellmesh

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "[1,-2.5e+3,0,0.125]", #"{"a":[{"b":null}],"c":"x\"y\\z"}"#,
        "18446744073709551615",
    ])
    func aDocumentIsWrittenAsItWasRead(text: String) throws {
        #expect(try #require(JSONParser.parse(text)).json(.compact) == text)
    }

    @Test(arguments: [
        "", " ", "nul", "[1,]", "{\"a\" 1}", "{a:1}", "01", "-", "1.", ".5", "1e", "\"a", "\"\u{1}\"", "\"\\x\"",
        "\"\\ud800\"", "[1] 2", "{\"a\":1,}", "'a'", "NaN",
    ])
    func anythingElseIsRefused(text: String) { #expect(JSONParser.parse(text) == nil) }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(JSONParser.parse([0x22, 0xFF, 0x22]) == nil)
        #expect(JSONParser.parse([0x22, 0xC0, 0x80, 0x22]) == nil)
    }

    @Test func depthIsBounded() {
        let deepest = JSONParser.deepest
        #expect(
            JSONParser.parse(String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)) != nil)
        #expect(JSONParser.parse(String(repeating: "[", count: 100_000)) == nil)
    }

    @Test func escapesAreResolved() {
        #expect(JSONParser.parse(#""\u00e9\ud83d\ude00\n\/""#) == .string("é😀\n/"))
    }

    @Test func membersAreRead() throws {
        let json = try #require(JSONParser.parse(#"{"n":12,"d":1.5,"s":"x","b":true,"l":[1,2]}"#))
        #expect(json["n"].int == 12)
        #expect(json["d"].double == 1.5)
        #expect(json["s"].text == "x")
        #expect(json["b"].flag == true)
        #expect(json["l"].elements.count == 2)
        #expect(json["missing"].isNull)
        #expect(json["s"]["deeper"].isNull)
    }

    @Test func membersAreOrdered() throws {
        let json = try #require(JSONParser.parse(#"{"b":1,"list":[{"y":1,"x":2}],"a":2}"#))
        let ordered = json.ordered(["a"]).ordering("list", ["x", "y"])
        #expect(ordered.json(.compact) == #"{"a":2,"b":1,"list":[{"x":2,"y":1}]}"#)
    }

    @Test func yamlIsInBlockStyle() throws {
        let json = try #require(
            JSONParser.parse(
                #"{"a":1,"list":[{"name":"x","on":["y",2]},{}],"empty":[],"text":"on","path":"/a b","none":null}"#))
        #expect(
            json.yaml() == """
                a: 1
                list:
                  - name: x
                    "on":
                      - "y"
                      - 2
                  - {}
                empty: []
                text: "on"
                path: "/a b"
                none: null

                """)
    }
}
