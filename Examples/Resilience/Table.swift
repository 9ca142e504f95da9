import MeshBase

/// Columns of words, aligned.
struct Table {
    private var rows: [[String]]

    init(_ columns: String...) { rows = [columns] }

    mutating func row(_ cells: String...) { rows.append(cells) }

    /// A line for each row, without blanks at its end.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = row.enumerated()
                .map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }
                .joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

/// Milliseconds, with as many decimals as are wanted.
func ms(_ time: TimeAmount, _ decimals: Int = 0) -> String { fixed(time.milliseconds, decimals) }

/// Milliseconds since the beginning of the example.
func ms(_ now: Instant, _ decimals: Int = 0) -> String { ms(now - Instant.zero, decimals) }

/// A time of the example.
func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

/// A share as a percentage.
func percent(_ share: Double, _ decimals: Int = 0) -> String { fixed(share * 100, decimals) + " %" }

/// A number with so many decimals, rounded.
func fixed(_ value: Double, _ decimals: Int = 2) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let digits = String(Int((abs(value) * scale).rounded()))
    let sign = value < 0 && digits.contains { $0 != "0" } ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}
