/// Why a target of the data plane names no resource.
package enum HTTPRouteFailure: UInt8, Error, Sendable, CaseIterable {
    case unknownPath
    case emptyName
    case nameTooLong
    case badCharacter
    case badEncoding
    case dotSegment

    /// The status code of the answer: 404 for a path that is not of the data plane, 400 for a bad name in one that is.
    package var status: Int { self == .unknownPath ? 404 : 400 }

    /// What is wrong, in one sentence for the client.
    package var reason: StaticString {
        switch self {
        case .unknownPath:
            "Paths are /v1/customers/{customer}/records/{key} and /v1/customers/{customer}/services/{service}."
        case .emptyName: "The customer, key or service of the path is empty."
        case .nameTooLong: "Customers and services have at most 128 bytes, keys at most 512."
        case .badCharacter: "A name of the path holds a character that must be percent-encoded or is not allowed."
        case .badEncoding: "A percent-encoding of the path is malformed, or stands for a byte that is not allowed."
        case .dotSegment: "The names . and .. are not allowed in a path."
        }
    }

    /// The label value of the counter of refused targets; stable.
    package var label: StaticString {
        switch self {
        case .unknownPath: "unknown_path"
        case .emptyName: "empty_name"
        case .nameTooLong: "name_too_long"
        case .badCharacter: "bad_character"
        case .badEncoding: "bad_encoding"
        case .dotSegment: "dot_segment"
        }
    }
}
