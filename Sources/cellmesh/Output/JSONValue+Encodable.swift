import FoundationEssentials

extension JSONValue {
    /// The value as its `Codable` form has it, keys in alphabetical order but for the schema, which comes first.
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let json = JSONParser.parse(Array(try encoder.encode(value))) else {
            preconditionFailure("the JSON encoder wrote something else")
        }
        self = json
        if case .object(let members) = json, let schema = members.firstIndex(where: { $0.key == "schema" }), schema > 0
        {
            var ordered = members
            ordered.insert(ordered.remove(at: schema), at: 0)
            self = .object(ordered)
        }
    }
}
