/// The outcome of one call of a parser.
package enum HTTPParse<Message> {
    /// More bytes are needed. Append them to the same buffer, consume nothing from it, and call again.
    case incomplete
    /// One whole message; the parser is ready for the next one, which begins after its `consumed` bytes.
    case complete(Message)
    /// The message is malformed or above a limit. Answer (server side) and close; the parser repeats the failure.
    case failure(HTTPFailure)
}

extension HTTPParse: Sendable where Message: Sendable {}
extension HTTPParse: Equatable where Message: Equatable {}
