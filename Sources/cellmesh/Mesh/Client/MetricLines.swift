/// What a process's page of metrics says, in Prometheus' text format.
enum MetricLines {
    /// Each series of a metric that has labels: these, and its value. What cannot be read is passed over.
    static func series(of name: String, in page: String) -> [(labels: Substring, value: Double)] {
        page.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("\(name){"), let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            else { return nil }
            return (line[..<space], value)
        }
    }
}
