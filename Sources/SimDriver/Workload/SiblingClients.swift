import Checkers
import MeshBase
import Topology
import Wire

/// What the clients know of records that keep siblings: what was read last of each, which most of their writes supersede.
struct SiblingClients {
    private struct Read {
        var tag: [UInt8]
        var values: [UInt64]
    }
    private(set) var checker = SiblingChecker(most: MeshTopology.mostSiblings)
    private var reads: [RecordID: Read] = [:]
    /// Deletions have no value: their dots name them.
    private var deletions: [ArraySlice<UInt8>: UInt64] = [:]

    /// A write takes along what it has seen, if it has read something, and does so three times of four.
    mutating func prepare(_ request: inout SimRequest) {
        guard request.isMutation else { return }
        if request.number % 4 != 0, let read = reads[request.record] {
            request.condition = read.tag
            request.seen = read.values
        }
        checker.invoke(
            request.record, number: request.number, deletes: request.kind == .delete, seen: request.seen)
    }

    mutating func excuse(_ record: RecordID, _ values: [UInt64]) { checker.excuse(record, values) }

    /// - Returns: false for a read-back that has to be tried again.
    mutating func completed(_ request: SimRequest, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let body = response.body.bytes(in: bytes)
        switch (request.kind, response.status) {
        case (.write, 200..<300):
            checker.acknowledged(request.record, value: request.number)
        case (.delete, 200..<300):
            if response.etag.isPresent {
                deletions[Array(response.etag.bytes(in: bytes)).dropFirst().dropLast()] = request.number
            }
        case (.read, 200), (.read, 300), (.read, 404):
            let values =
                switch response.status {
                case 200: [SimValue.parse(body) ?? .max]
                case 300: ShownSiblings.read(body).compactMap { $0.text.map { SimValue.parse($0) ?? .max } }
                default: [UInt64]()
                }
            if request.isReadBack {
                checker.readBack(request.record, values)
            } else {
                checker.read(values)
                let tag = response.etag.isPresent ? Array(response.etag.bytes(in: bytes)) : []
                let gone = tag.dropFirst().dropLast().split(separator: UInt8(ascii: ",")).compactMap { deletions[$0] }
                reads[request.record] = tag.isEmpty ? nil : Read(tag: tag, values: values + gone)
            }
        default:
            return !request.isReadBack
        }
        return true
    }
}
