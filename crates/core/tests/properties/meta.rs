//! Quantities and dates of any value.

use jiff::Timestamp;
use kubewire::{MicroTime, Quantity, QuantityFormat, Time};
use proptest::prelude::*;

use crate::config;

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn dates_are_those_of_another_library(micros in -62_167_219_200_000_000_i64..253_370_764_800_000_000) {
        let known = Timestamp::from_microsecond(micros).unwrap();
        let time = MicroTime::from_unix_micros(micros);
        prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), known);
        prop_assert_eq!(known.to_string().parse::<MicroTime>().unwrap(), time);
        let seconds = Time::from_unix(micros.div_euclid(1_000_000));
        prop_assert_eq!(seconds.to_string().parse::<Timestamp>().unwrap().as_second(), seconds.unix());
        prop_assert_eq!(known.to_string().parse::<Time>().unwrap(), seconds);
    }

    #[test]
    fn texts_that_are_nearly_dates_or_quantities_do_no_harm(text in "[-+.0-9TZ:]{0,30}", suffix in "[-+eEinumkKMGTP0-9]{0,6}") {
        if let Ok(time) = text.parse::<MicroTime>() {
            prop_assert_eq!(time.to_string().parse::<MicroTime>().unwrap(), time);
        }
        if let Ok(quantity) = format!("{text}{suffix}").parse::<Quantity>() {
            let canonical: Quantity = quantity.to_string().parse().unwrap();
            prop_assert_eq!(&canonical, &quantity);
            prop_assert_eq!(canonical.to_string(), quantity.to_string());
        }
    }

    #[test]
    fn quantities_count_as_integers_do(left in any::<i64>(), right in any::<i64>(), binary in any::<bool>()) {
        let format = if binary { QuantityFormat::BinarySi } else { QuantityFormat::DecimalSi };
        let (one, two) = (Quantity::new(left, format), Quantity::new(right, format));
        prop_assert_eq!(one.cmp(&two), left.cmp(&right));
        prop_assert_eq!(one.value(), Some(left));
        prop_assert_eq!(one.checked_add(&two).unwrap().value(), left.checked_add(right));
        prop_assert_eq!(one.checked_sub(&two).unwrap().value(), left.checked_sub(right));
        prop_assert_eq!(Quantity::from_milli(left).milli_value(), Some(left));
    }
}
