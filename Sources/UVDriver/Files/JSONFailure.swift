import FoundationEssentials

/// What is wrong with a JSON document, for people.
package enum JSONFailure {
    /// A decoder's error in one line, with the place in the document; any other as it describes itself.
    package static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .dataCorrupted(let context): return place(context) + context.debugDescription
        case .keyNotFound(let key, let context): return place(context) + "the key '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return place(context) + context.debugDescription
        @unknown default: return "it is no JSON of the expected form"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "" : "\(path): "
    }
}
