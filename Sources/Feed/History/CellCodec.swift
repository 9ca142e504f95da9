import Reports

/// Figures of cells as few bytes: per changed cell its distance from the one before, which columns have changed, and by how
/// much, each as a number of seven bits a byte.
enum CellCodec {
    static func append(_ cells: FeedCells, since old: FeedCells, to bytes: inout [UInt8]) {
        var last = -1
        for cell in 0..<cells.count {
            var mask: UInt64 = 0
            for field in FeedField.allCases where cells[field, cell] != old[field, cell] {
                mask |= 1 << UInt64(field.rawValue)
            }
            guard mask != 0 else { continue }
            append(UInt64(cell - last), to: &bytes)
            last = cell
            append(mask, to: &bytes)
            for field in FeedField.allCases where mask >> UInt64(field.rawValue) & 1 == 1 {
                let change = cells[field, cell].raw &- old[field, cell].raw
                append(UInt64(UInt32(bitPattern: change << 1 ^ change >> 31)), to: &bytes)
            }
        }
        bytes.append(0)
    }

    static func read(_ bytes: borrowing [UInt8], _ place: inout Int, into cells: inout FeedCells) {
        var cell = -1
        while true {
            let distance = number(bytes, &place)
            guard distance > 0 else { return }
            cell += Int(distance)
            let mask = number(bytes, &place)
            for field in FeedField.allCases where mask >> UInt64(field.rawValue) & 1 == 1 {
                let zigzag = UInt32(truncatingIfNeeded: number(bytes, &place))
                let change = Int32(bitPattern: zigzag >> 1) ^ -Int32(bitPattern: zigzag & 1)
                cells[field, cell] = FeedFigure(raw: cells[field, cell].raw &+ change)
            }
        }
    }

    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    static func number(_ bytes: borrowing [UInt8], _ place: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }
}
