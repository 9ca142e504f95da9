import Checkers

/// What each customer of a load has seen, as the mesh's tokens say, and whether the mesh keeps to it.
///
/// Tokens cannot be joined: of requests of one customer that overlap, one carries the session and is judged.
struct SessionBook {
    private struct Session {
        var token: [UInt8]
        var isBusy: Bool
    }
    /// Customers beyond so many are served without.
    static let limit = 100_000
    private static let new = Array("new".utf8)
    private var sessions: [UInt32: Session] = [:]
    private(set) var checker = SessionChecker()
    /// Record requests that carried none.
    private(set) var without = 0

    /// The token to send; nil where the request goes without.
    mutating func begin(_ request: LoadRequest, number: UInt64) -> [UInt8]? {
        let known = sessions[request.customer]
        guard known?.isBusy != true, known != nil || sessions.count < Self.limit else {
            without += 1
            return nil
        }
        let token = known?.token ?? Self.new
        sessions[request.customer] = Session(token: token, isBusy: true)
        let action: History.Action = request.kind == .write ? .write(value: number) : .read
        checker.invoke(
            OperationID(number),
            History.Invocation(client: UInt64(request.customer), record: request.record, action: action))
        return token
    }

    /// - Parameter token: from the answer; empty where it had none, and for no answer at all.
    mutating func end(_ request: LoadRequest, number: UInt64, _ outcome: History.Outcome, token: UnsafeRawBufferPointer)
    {
        sessions[request.customer]?.isBusy = false
        if !token.isEmpty { sessions[request.customer]?.token = Array(token) }
        checker.complete(OperationID(number), outcome)
    }

    func verdict() -> Verdict { checker.verdict() }
}
