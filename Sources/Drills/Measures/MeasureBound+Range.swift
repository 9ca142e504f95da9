extension MeasureBound {
    /// Whether it holds whatever is seen: `success>=0%`, `failed>=0`.
    package var holdsAlways: Bool {
        guard case .figure(let limit) = bound else { return false }
        let (least, most) = measure.figure.range
        return switch comparison {
        case .above: least > limit
        case .atLeast: least >= limit
        case .below: most < limit
        case .atMost: most <= limit
        case .equal: false
        }
    }

    /// Whether nothing that is seen could make it hold: `success>100%`, `lost_writes<0`.
    package var holdsNever: Bool {
        guard case .figure(let limit) = bound else { return false }
        let (least, most) = measure.figure.range
        return switch comparison {
        case .above: most <= limit
        case .atLeast: most < limit
        case .below: least >= limit
        case .atMost: least > limit
        case .equal: limit < least || limit > most
        }
    }
}

extension Measure.Figure {
    /// Between which ends a figure lies, both included.
    fileprivate var range: (least: Double, most: Double) {
        switch unit {
        case .share: (0, 1)
        case .milliseconds, .count, .perSecond: (0, .infinity)
        // A growth may be of either sign.
        case .ratio: self == .amplification ? (0, .infinity) : (-.infinity, .infinity)
        }
    }
}
