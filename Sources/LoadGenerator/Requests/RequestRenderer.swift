import MeshBase
import Wire

/// Writes requests from parts that are rendered once: only numbers and values are written anew for each.
struct RequestRenderer: Sendable {
    private let readHead = Array("GET /v1/customers/c".utf8)
    private let postHead = Array("POST /v1/customers/c".utf8)
    private let writeHead = Array("PUT /v1/customers/c".utf8)
    /// By the number of the key modulo the count.
    private let recordPaths: [[UInt8]]
    private let servicePaths: [[UInt8]]
    /// What follows the request line, by priority, without and with a value.
    private let readTails: [[UInt8]]
    private let writeTails: [[UInt8]]
    private let callTails: [[UInt8]]
    private let isPost: Bool
    private let hasValues: Bool
    private let keyHead: [UInt8]
    private let valueSize: Int
    private let run: UInt64

    init(_ configuration: LoadConfiguration, host: Endpoint, run: UInt64) {
        self.run = run
        valueSize = configuration.valueSize
        recordPaths = configuration.keyPrefixes.map { Array("/records/\(HTTPName.encoded($0))k".utf8) }
        servicePaths = configuration.services.map { Array("/services/\($0)".utf8) }
        let isStated = configuration.priorities.shares != nil
        let tails = Priority.allCases.map {
            "Host: \(host)\r\n" + (isStated ? "X-Priority: \($0.name)\r\n" : "")
        }
        let length = configuration.valueSize
        isPost = configuration.post != nil
        hasValues = configuration.values != nil
        keyHead = Array("Idempotency-Key: \(Self.keyPrefix(run))".utf8)
        callTails = tails.map { Array(($0 + (configuration.post != nil ? "Content-Length: 0\r\n\r\n" : "\r\n")).utf8) }
        readTails = tails.map { Array(($0 + "\r\n").utf8) }
        writeTails = tails.map { Array(($0 + "Content-Length: \(length)\r\n\r\n").utf8) }
    }

    /// What the idempotency keys of a run begin with; its number follows, in decimal.
    static func keyPrefix(_ run: UInt64) -> String { "load-\(String(run, radix: 16))-" }

    /// - Parameters:
    ///   - number: of the write; of no meaning for others.
    ///   - session: what stands in `X-Session`; nil without one.
    ///   - condition: what stands in `If-Match`; nil without one.
    func append(
        _ request: LoadRequest, number: UInt64, session: [UInt8]? = nil, condition: [UInt8]? = nil,
        into output: inout ByteBuffer
    ) {
        let isWrite = request.kind == .write
        let isCall = request.kind == .service
        output.append(isWrite ? writeHead : isCall && isPost ? postHead : readHead)
        output.append(decimal: UInt64(request.customer))
        if isCall {
            output.append(servicePaths[Int(request.item)])
        } else {
            output.append(recordPaths[Int(request.item) % recordPaths.count])
            output.append(decimal: UInt64(request.item))
        }
        output.append(" HTTP/1.1\r\n")
        if let session {
            output.append("X-Session: ")
            output.append(session)
            output.append("\r\n")
        }
        if let condition {
            output.append("If-Match: ")
            output.append(condition)
            output.append("\r\n")
        }
        if request.kind == .verification { output.append("X-Check: 1\r\n") }
        if request.key > 0 {
            output.append(keyHead)
            output.append(decimal: request.key)
            output.append("\r\n")
        }
        if isCall, hasValues {
            output.append("X-Value: ")
            output.append(decimal: request.value)
            output.append("\r\n")
        }
        output.append((isWrite ? writeTails : isCall ? callTails : readTails)[Int(request.priority.rawValue)])
        if isWrite { RecordValue.append(run: run, number: number, size: valueSize, into: &output) }
    }
}
