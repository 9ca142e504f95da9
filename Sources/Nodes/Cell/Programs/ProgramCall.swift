import MeshBase
import Wire

/// What a client asked for, as the programs of a cell are told it: made once for each request that may reach one, and shared
/// by all the calls that it leads to.
package final class ProgramRequest: Sendable {
    /// The customer's name.
    package let customer: [UInt8]
    /// Of the client's request; calls of other services are GET.
    package let method: HTTPMethod
    /// What follows the service in the path, as sent; empty if nothing does.
    package let path: [UInt8]
    /// The idempotency key; empty without one.
    package let key: [UInt8]
    /// Nil where nobody follows the request.
    package let trace: FrameTrace?
    /// What goes with it (`tracestate`); empty without one.
    package let traceState: [UInt8]
    /// What the client sent.
    package let body: [UInt8]
    /// Of the cell itself, to see whether its services work.
    package let isProbe: Bool

    package init(
        customer: [UInt8], method: HTTPMethod = .get, path: [UInt8] = [], key: [UInt8] = [], trace: FrameTrace? = nil,
        traceState: [UInt8] = [], body: [UInt8] = [], isProbe: Bool = false
    ) {
        self.customer = customer
        self.method = method
        self.path = path
        self.key = key
        self.trace = trace
        self.traceState = traceState
        self.body = body
        self.isProbe = isProbe
    }
}

/// One call that a program is to answer.
package struct ProgramCall: Sendable {
    /// Names the call; its end comes with it.
    package var ticket: UInt64
    /// The request that led to it.
    package var request: ProgramRequest
    /// A client called the service itself: it gets method, path and body of the request, others get `GET /`.
    package var isEntry: Bool
    package var priority: Priority
    /// What is left until nobody waits any more.
    package var remaining: TimeAmount
    /// The services on the way and what each had left, `checkout:0.950,payment:0.900`.
    package var chain: String
    /// What it is to the program's own spans: the span of the service's work. 0 where nobody follows the request.
    package var span: UInt64 = 0

    package var method: HTTPMethod { isEntry ? request.method : .get }

    /// Whether it may be asked twice without harm.
    package var isSafe: Bool { method.isIdempotent || !request.key.isEmpty }
}

/// What a program answered.
package struct ProgramAnswer: Sendable, Equatable {
    /// 200 to 599.
    package var status: UInt16
    /// Its content is JSON; otherwise it is passed on as bytes.
    package var isJSON: Bool
    package var body: [UInt8]

    package init(status: UInt16, isJSON: Bool = false, body: [UInt8] = []) {
        self.status = status
        self.isJSON = isJSON
        self.body = body
    }
}

/// How a call of a program ended.
package enum ProgramEnd: Sendable, Equatable {
    case answer(ProgramAnswer)
    /// What came cannot be read, or is larger than answers may be.
    case garbage
    /// The connection ended before the answer was whole.
    case lost
    /// There was no connection: it has not begun.
    case unreachable
}

/// What the driver does with a program. What it leads to is reported in a later call, never within this one.
package enum ProgramOrder: Sendable {
    /// Start the process; answered by `programProbed` questions and at last `programEnded`.
    case start(service: Int, number: UInt32)
    /// Ask whether it is ready; answered by `programProbed`.
    case ask(service: Int, number: UInt32, patience: TimeAmount)
    /// SIGKILL.
    case kill(service: Int, number: UInt32)
    /// Give it a call; answered by `programAnswered`.
    case call(ProgramCall, service: Int, number: UInt32)
    /// Nobody waits for the answer of this call any more: its connection is closed.
    case drop(ticket: UInt64, service: Int)
}
