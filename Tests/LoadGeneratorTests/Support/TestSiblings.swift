/// Records that keep siblings, as a router tells of them.
struct TestSiblings {
    private var records: [String: [(dot: String, value: [UInt8])]] = [:]
    private var last = 0

    /// - Parameter forgets: the write is acknowledged, and not kept; what it supersedes goes all the same.
    mutating func write(
        _ target: String, _ value: [UInt8], superseding condition: String, forgets: Bool
    ) -> (status: Int, tag: String, body: [UInt8]) {
        last += 1
        let dot = "\(String(last, radix: 16))-1-f"
        let seen = condition.split { $0 == "\"" || $0 == "," }.map(String.init)
        records[target, default: []].removeAll { seen.contains($0.dot) }
        if !forgets { records[target]!.append((dot, value)) }
        return (204, dot, [])
    }

    func read(_ target: String) -> (status: Int, tag: String, body: [UInt8]) {
        let known = records[target] ?? []
        let tag = known.map(\.dot).joined(separator: ",")
        switch known.count {
        case 0: return (404, "", Array("{\"type\":\"no-record\"}\n".utf8))
        case 1: return (200, tag, known[0].value)
        default:
            let parts = known.map {
                "{\"version\":\"\($0.dot)\",\"text\":\"\(String(decoding: $0.value, as: UTF8.self))\"}"
            }
            return (300, tag, Array("{\"siblings\":[\(parts.joined(separator: ","))]}\n".utf8))
        }
    }
}
