/// Why a message was refused. The connection is closed after the answer: what follows cannot be framed.
package enum HTTPFailure: UInt8, Error, Sendable, CaseIterable {
    case badMethod
    case badTarget
    case badVersion
    case bareLineEnd
    case foldedLine
    case badFieldName
    case badFieldValue
    case duplicateField
    case missingHost
    case badHost
    case badContentLength
    case conflictingLength
    case badTransferCoding
    case badChunk
    case badTrailer
    case badStatusLine
    case interimAnswers
    case truncated
    case timeout
    case bodyTooLarge
    case targetTooLong
    case expectationFailed
    case headersTooLarge
    case methodNotImplemented
    case transferCodingNotImplemented
    case versionNotSupported
    /// The bytes of all requests that are not complete have come to their bound.
    case overloaded

    /// The status code of the answer (RFC 9110, RFC 6585).
    package var status: Int {
        switch self {
        case .timeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectationFailed: 417
        case .headersTooLarge: 431
        case .methodNotImplemented, .transferCodingNotImplemented: 501
        case .versionNotSupported: 505
        case .overloaded: 503
        default: 400
        }
    }

    /// What is wrong, in one sentence for the client.
    package var reason: StaticString {
        switch self {
        case .badMethod: "The method is not a token followed by one space."
        case .badTarget: "The request target is empty, malformed or holds a character that must be encoded."
        case .badVersion: "The start line does not end with HTTP/1.1 or HTTP/1.0."
        case .bareLineEnd: "A line must end with CR LF; one of the two came alone."
        case .foldedLine: "A line begins with white space; folded header fields are obsolete."
        case .badFieldName: "A field name is empty, holds a character that is not of a token, or lacks its colon."
        case .badFieldValue: "A field value holds a control character."
        case .duplicateField: "A header field that may appear once appears twice."
        case .missingHost: "The Host header field is missing."
        case .badHost: "The Host header field holds a character that is not of a host."
        case .badContentLength: "Content-Length is not one decimal number, or is too large for any body."
        case .conflictingLength: "Content-Length and Transfer-Encoding exclude each other, as do two Content-Length."
        case .badTransferCoding: "Transfer-Encoding must end with chunked, once, and needs HTTP/1.1."
        case .badChunk: "The chunked body is malformed."
        case .badTrailer: "The trailer section holds a field that frames or routes the message."
        case .badStatusLine: "The status line is malformed."
        case .interimAnswers: "Too many interim answers (1xx), or one that has a body or goes over to another protocol."
        case .truncated: "The connection ended inside the message."
        case .timeout: "The request was not complete in time."
        case .bodyTooLarge: "The body is above the limit."
        case .targetTooLong: "The request target is above the limit."
        case .expectationFailed: "The only expectation that can be met is 100-continue."
        case .headersTooLarge: "The header fields are above the limit, in bytes or in number."
        case .methodNotImplemented: "The method CONNECT is not offered here."
        case .transferCodingNotImplemented: "The only transfer coding known here is chunked."
        case .overloaded: "Too many bytes of unfinished requests are held; try again later."
        case .versionNotSupported: "The only versions spoken here are HTTP/1.1 and HTTP/1.0."
        }
    }

    /// The label value of the counter of refused messages; stable.
    package var label: StaticString {
        switch self {
        case .badMethod: "bad_method"
        case .badTarget: "bad_target"
        case .badVersion: "bad_version"
        case .bareLineEnd: "bare_line_end"
        case .foldedLine: "folded_line"
        case .badFieldName: "bad_field_name"
        case .badFieldValue: "bad_field_value"
        case .duplicateField: "duplicate_field"
        case .missingHost: "missing_host"
        case .badHost: "bad_host"
        case .badContentLength: "bad_content_length"
        case .conflictingLength: "conflicting_length"
        case .badTransferCoding: "bad_transfer_coding"
        case .badChunk: "bad_chunk"
        case .badTrailer: "bad_trailer"
        case .badStatusLine: "bad_status_line"
        case .interimAnswers: "interim_answers"
        case .truncated: "truncated"
        case .timeout: "timeout"
        case .bodyTooLarge: "body_too_large"
        case .targetTooLong: "target_too_long"
        case .expectationFailed: "expectation_failed"
        case .headersTooLarge: "headers_too_large"
        case .methodNotImplemented: "method_not_implemented"
        case .transferCodingNotImplemented: "transfer_coding_not_implemented"
        case .versionNotSupported: "version_not_supported"
        case .overloaded: "overloaded"
        }
    }
}
