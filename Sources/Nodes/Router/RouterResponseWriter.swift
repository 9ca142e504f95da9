import MeshBase
import Replication
import Topology
import Wire

/// Writes a router's answers as HTTP. The lines that name cells are made once.
package struct RouterResponseWriter: Sendable {
    private let cellLines: [[UInt8]]

    /// There are further cells.
    package mutating func grow(_ topology: MeshTopology) { self = RouterResponseWriter(topology: topology) }

    package init(topology: MeshTopology) {
        cellLines = topology.cells.map { Array("X-Cell: \($0.name)\r\n".utf8) }
    }

    package func append(
        _ response: RouterResponse, to request: HTTPRequest, _ date: HTTPDate, into output: inout ByteBuffer
    ) {
        let status = Int(response.status)
        HTTPResponseWriter.begin(status, date, into: &output)
        if let cell = response.cell { output.append(cellLines[cell.position]) }
        output.append("X-Epoch: ")
        output.append(decimal: UInt64(response.epoch.rawValue))
        if response.shardSize > 0 {
            output.append("\r\nX-Shard: ")
            output.append(decimal: UInt64(response.serving))
            output.append(byte: UInt8(ascii: "/"))
            output.append(decimal: UInt64(response.shardSize))
        }
        output.append("\r\n")
        if !response.dots.isEmpty {
            HTTPResponseWriter.field("ETag", text: "\"\(SiblingTag.text(response.dots))\"", into: &output)
        } else if let version = response.version {
            output.append("ETag: \"")
            appendHexadecimal(version.counter, into: &output)
            output.append(byte: UInt8(ascii: "-"))
            appendHexadecimal(version.writer, into: &output)
            output.append("\"\r\n")
        }
        if !response.session.isEmpty {
            response.session.withUnsafeBytes { HTTPResponseWriter.field("X-Session", bytes: $0, into: &output) }
        }
        if response.degraded.count > 0 {
            HTTPResponseWriter.field("X-Degraded", bytes: response.degraded, into: &output)
        }
        if response.isReplayed { output.append("Idempotent-Replayed: true\r\n") }
        if let trace = response.trace { HTTPResponseWriter.field("X-Trace-Id", text: trace.text, into: &output) }
        let isHead = request.method == .head
        if let problem = response.problem {
            let told = HTTPProblem(
                problem, status: response.status, wait: response.wait, trace: response.trace)
            return HTTPResponseWriter.end(told, request.persistence, isHead: isHead, into: &output)
        }
        switch response.content {
        case .none: break
        case .json: output.append("Content-Type: application/json\r\n")
        case .bytes: output.append("Content-Type: application/octet-stream\r\n")
        }
        guard status != 204 else {
            return HTTPResponseWriter.end(contentLength: nil, request.persistence, into: &output)
        }
        HTTPResponseWriter.end(contentLength: response.body.count, request.persistence, into: &output)
        if !isHead { output.append(response.body) }
    }

    private func appendHexadecimal(_ value: UInt64, into output: inout ByteBuffer) {
        var shift = max(0, (63 - value.leadingZeroBitCount) / 4 * 4)
        while shift >= 0 {
            let digit = UInt8(value >> UInt64(shift) & 15)
            output.append(byte: digit < 10 ? 48 + digit : 87 + digit)
            shift -= 4
        }
    }
}
