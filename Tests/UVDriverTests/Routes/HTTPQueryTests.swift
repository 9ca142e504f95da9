import Testing

@testable import UVDriver

@Suite("Queries") struct HTTPQueryTests {
    @Test("Parameters are decoded") func decoding() throws {
        let query = try HTTPQuery("from=us%2Deast-1&since=7&x&bad=%zz", known: ["from", "since", "x", "bad"])
        #expect(query["from"] == "us-east-1" && query["x"] == "" && query["bad"] == "%zz" && query["no"] == nil)
        #expect(query.integer("since", default: 0) == 7)
        #expect(query.integer("limit", default: 5) == 5)
        #expect(query.integer("from", default: 5) == nil)
        #expect(try HTTPQuery("since=-1", known: ["since"]).integer("since", default: 0) == nil)
        #expect(try HTTPQuery("&&", known: [])["x"] == nil)
    }

    @Test("What nobody reads, comes twice or is too much is refused") func refusals() {
        func refusal(_ text: String, _ known: [String]) -> String? {
            do throws(HTTPQuery.Refusal) {
                _ = try HTTPQuery(text, known: known)
                return nil
            } catch { return error.detail }
        }
        #expect(
            refusal("sicne=1", ["since", "limit"]) == "'sicne' is no parameter of this page: there is since, limit.")
        #expect(refusal("a=1", []) == "'a' is no parameter of this page: it takes none.")
        #expect(refusal("=", ["a"]) == "'' is no parameter of this page: there is a.")
        #expect(refusal("a=1&a=1", ["a"]) == "The parameter 'a' comes twice.")
        #expect(refusal(String(repeating: "a&", count: 17), ["a"]) == "A query has 16 parameters at most.")
    }
}
