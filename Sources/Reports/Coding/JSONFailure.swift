import FoundationEssentials

/// What is wrong with a JSON document, for people.
package enum JSONFailure {
    /// A decoder's error in one line, with the place in the document, `changes[0].kind: ...`; any other as it describes itself.
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
        var path = ""
        for key in context.codingPath {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return path.isEmpty ? "" : "\(path): "
    }
}
