import MeshBase

/// The text format 0.0.4 in which Prometheus reads metrics.
package enum PrometheusText {
    /// For the header `Content-Type`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Letters, digits, `_` and `:`, not beginning with a digit; anything else becomes `_`.
    static func metricName(_ name: String) -> String { identifier(name, colons: true) }

    /// - Parameter reserved: A label name that the format itself uses; a label of that name gets a `_` in front.
    static func labels(_ labels: [MetricLabel], reserved: String?) -> String {
        labels.map { label in
            let name = identifier(label.name, colons: false)
            return "\(name == reserved ? "_" : "")\(name)=\"\(escape(label.value, quotes: true))\""
        }.joined(separator: ",")
    }

    private static func identifier(_ name: String, colons: Bool) -> String {
        var bytes = Array(name.utf8)
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: break
            case UInt8(ascii: ":") where colons: break
            default: bytes[index] = UInt8(ascii: "_")
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }

    /// Values escape backslash, quote and newline; help texts escape backslash and newline.
    static func escape(_ text: String, quotes: Bool) -> String {
        if !text.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x22 where quotes: bytes += [0x5C, 0x22]
            case 0x0A: bytes += [0x5C, UInt8(ascii: "n")]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.description
    }
}

extension MetricRegistry {
    /// Writes all metrics, ordered by name and then by labels.
    package func write(into buffer: inout ByteBuffer) {
        if dropped > 0 {
            buffer.append("# HELP cellmesh_metric_series_dropped_total Registrations of metrics turned away.\n")
            buffer.append("# TYPE cellmesh_metric_series_dropped_total counter\n")
            buffer.append("cellmesh_metric_series_dropped_total ")
            buffer.append(decimal: dropped)
            buffer.append("\n")
        }
        for index in families.indices.sorted(by: { families[$0].name < families[$1].name }) {
            let family = families[index]
            buffer.append("# HELP \(family.name) \(PrometheusText.escape(family.help, quotes: false))\n")
            buffer.append("# TYPE \(family.name) \(family.kind.rawValue)\n")
            for series in family.series.sorted(by: { $0.labels < $1.labels }) {
                switch family.kind {
                case .counter: line(family.name, series.labels, String(values[series.slot]), &buffer)
                case .gauge:
                    let value = Double(bitPattern: values[series.slot])
                    line(family.name, series.labels, PrometheusText.number(value), &buffer)
                case .histogram: write(family, series, &buffer)
                }
            }
        }
    }

    package func prometheusText() -> String {
        var buffer = ByteBuffer(capacity: 4096)
        write(into: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// Buckets are cumulative in the text, and apart in memory.
    private func write(_ family: Family, _ series: Series, _ buffer: inout ByteBuffer) {
        var total: UInt64 = 0
        for bucket in 0...family.boundCount {
            total &+= values[series.slot + bucket]
            let bound = bucket < family.boundCount ? PrometheusText.number(bounds[family.bounds + bucket]) : "+Inf"
            let labels = series.labels.isEmpty ? "le=\"\(bound)\"" : "\(series.labels),le=\"\(bound)\""
            line("\(family.name)_bucket", labels, String(total), &buffer)
        }
        let sum = Double(bitPattern: values[series.slot + family.boundCount + 1])
        line("\(family.name)_sum", series.labels, PrometheusText.number(sum), &buffer)
        line("\(family.name)_count", series.labels, String(total), &buffer)
    }

    private func line(_ name: String, _ labels: String, _ value: String, _ buffer: inout ByteBuffer) {
        buffer.append(name)
        if !labels.isEmpty {
            buffer.append("{")
            buffer.append(labels)
            buffer.append("}")
        }
        buffer.append(" ")
        buffer.append(value)
        buffer.append("\n")
    }
}
