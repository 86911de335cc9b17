r"""The words of advertising by language, as regular expressions in verbose form.

It must never grow to words an honest sentence needs: idioms such as "best practice" or "am besten" are excepted,
and where a script has no word boundaries the entries are phrases long enough to be unmistakable.
"""

ANY_LANGUAGE = {
    "superlative": r"""\#\s?1\b | \bno\.\s?1\b | \bnr\.\s?1\b | \bn[.º°]+\s?1\b | №\s?1\b""",
    "promise": r"""\b100\s?(?:%|٪|％)""",
    "price": r"""[$€£¥₹₽₩﷼]\s?\d | \d[\d.,\s]*(?:[$€£¥₹₽₩﷼]|\b(?:usd|eur|gbp|chf|jpy|cny|inr|rub|krw)\b)
        | \d\s?(?:%|٪|％)\s?(?:off\b|rabatt|скидк|خصم|할인|छूट)""",
}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "superlative": r"""(?<!\bat\s)
            (?<!\b(?:do|does|did|done|doing|try|tried|trying)\s(?:its|their|our|my|your|his|her)\s)\bbest\b
            (?!\s+(?:practices?|of\s+luck|efforts?|interests?|regards|wishes)|-effort)
            | \b(?:greatest|finest|cheapest|fastest|smartest|top-rated|top-notch|top-quality|world-class|first-class
            |award-winning|unbeatable|unrivall?ed|unmatched|unparallell?ed|second\s+to\s+none|must-have|ultimate)\b
            | \b(?:market|industry|world)[- ]leading\b
            | \bleading\s+(?:provider|brand|company|supplier|platform|agency|expert|specialist|name)s?\b
            | \b(?:the|your)\s+(?:number|no\.?)\s+(?:one|1)\b""",
        "promise": r"""\bguarante(?:e|es|ed|eing)\b | \brisk[- ]free\b | \bno\s+risk\b | \bmoney[- ]back\b
            | \b(?:we|they)\s+promise\b | \binstant\s+results?\b | \bnever\s+fails?\b | \bresults\s+in\s+days\b
            | \bwill\s+(?:double|triple|skyrocket|boost)\s+your\b | \bhundred\s+per\s?cent\b""",
        "price": r"""\bfor\s+free\b | \bfree\s+(?:of\s+charge|trial|shipping|delivery|quote|download|sample)s?\b
            | \bdiscount(?:s|ed)?\b | \bcheap(?:er|ly)?\b | \blow(?:est)?\s+prices?\b | \bbargains?\b
            | \bcoupons?\b | \bpromo\s+codes?\b | \bspecial\s+offers?\b | \bsave\s+(?:up\s+to|money)\b
            | \b(?:buy|order|shop)\s+now\b | \b\d+\s+(?:dollars?|euros?|pounds)\b""",
    },
    "de": {
        "superlative": r"""(?<!\bam\s)\bbeste[rnsm]?\b | \bgünstigste[rnsm]?\b | \bbilligste[rnsm]?\b
            | \bweltbeste[rnsm]?\b
            | \bführende[rnsm]?\b | \bnummer\s+(?:eins|1)\b | \bunschlagbar\w* | \bunübertroffen\w*
            | \bpreisgekrönt\w* | \berstklassig\w* | \bweltklasse\b | \beinzigartig\w* | \btestsieger\w*""",
        "promise": r"""\bgarant(?:iert\w*|ie|ien|ieren|iere)\b | \brisikofrei\w* | \bohne\s+risiko\b | \bgeld-zurück\w*
            | \bwir\s+versprechen\b | \bhundertprozentig\w* | \bsofortige\s+ergebnisse\b""",
        "price": r"""\bkostenlos\w* | \bgratis\b | \brabatt\w* | \bgutschein\w* | \bsonderangebot\w* | \bschnäppchen\w*
            | \bbillig\w* | \bpreiswert\w* | \btiefpreis\w* | \bjetzt\s+(?:kaufen|bestellen)\b | \b\d+\s+euro\b""",
    },
    "fr": {
        "superlative": r"""\b(?:le|la|les|leurs?|nos|notre|vos|votre)\s+meilleure?s?\b(?!\s+pratiques?)
            | \bnuméro\s+(?:un|1)\b
            | \bimbattables?\b | \binégalée?s?\b | \bincontournables?\b | \bleaders?\s+(?:du|de|mondial|des)\b
            | \bmoins\s+chère?s?\b | \bhaut\s+de\s+gamme\b | \bprimée?s?\b | \bsans\s+égale?\b""",
        "promise": r"""\bgaranti(?:e|s|es|r|t|ssons|ssent)?\b | \bsans\s+(?:aucun\s+)?risque\b
            | \bsatisfait\s+ou\s+remboursé\b | \bnous\s+promettons\b | \brésultats?\s+immédiats?\b
            | \bcent\s+pour\s+cent\b""",
        "price": r"""\bgratuit(?:e|s|es|ement)?\b | \bremises?\b | \bpromos?\b | \bcodes?\s+promo\b | \bpas\s+chère?s?\b
            | \bbon\s+marché\b | \bsoldes\b | \bmeilleurs?\s+prix\b | \bachetez\b | \bcommandez\b
            | \b\d+\s+euros?\b""",
    },
    "es": {
        "superlative": r"""\b(?:el|la|los|las|lo|su|sus|nuestros?|nuestras?)\s+mejor(?:es)?\b(?!\s+prácticas?)
            | \bnúmero\s+(?:uno|1)\b | \binsuperables?\b | \binmejorables?\b | \bincomparables?\b
            | \bimbatibles?\b | \blíder(?:es)?\s+(?:en|del|mundial|de)\b | \bmás\s+barat[oa]s?\b
            | \bde\s+primera\s+clase\b | \bgalardonad[oa]s?\b""",
        "promise": r"""\bgarant(?:ía|ías|iza|izan|izar|izad[oa]s?|izamos)\b | \bsin\s+(?:ningún\s+)?riesgos?\b
            | \bprometemos\b | \bresultados\s+inmediatos\b | \bcien\s+por\s+cien(?:to)?\b
            | \bdevolución\s+del\s+dinero\b""",
        "price": r"""\bgratis\b | \bgratuit(?:o|a|os|as|amente)\b | \bdescuentos?\b | \bofertas?\s+especial(?:es)?\b
            | \bbarat[oa]s?\b | \bcup(?:ón|ones)\b | \brebajas?\b | \bchollos?\b | \bcompr[ae]\s+(?:ahora|ya)\b
            | \b\d+\s+euros\b""",
    },
    "ar": {
        "superlative": r"""(?<!\p{L})(?:و|ب|ل|ف)?(?:الأفضل|الأرخص|أرخص|الأقوى|الأسرع|الرائدة?|الأول\s+عالمي)(?!\p{L})
            | رقم\s+(?:واحد|1) | لا\s+(?:مثيل|يضاهى|منافس) | أفضل\s+(?:شركة|خدمة|منتج|موقع|سعر)""",
        "promise": r"""(?<!\p{L})(?:و|ب|ل)?(?:مضمونة?|الضمان|ضمان|نضمن|نعدكم?|نعد)(?!\p{L})
            | (?:بدون|بلا|دون)\s+(?:أي\s+)?(?:مخاطر|مخاطرة) | مئة\s+بالمئة | نتائج\s+فورية""",
        "price": r"""(?<!\p{L})(?:و|ب|ل)?(?:ال)?(?:مجان[يًا]\p{M}*ا?\p{M}*|مجانية
            |خصم|خصومات|تخفيضات?|رخيصة?|كوبون)(?!\p{L})
            | عروض?\s+خاصة? | اشتر\p{M}*\s+الآن | \d+\s*(?:ريال|درهم|دولار|جنيه|يورو)""",
    },
    "zh": {
        "superlative": r"""最(?:好|优秀|便宜|优惠|强|先进|专业|划算|高级|权威) | 最佳(?!实践|做法) | 顶级 | 顶尖 | 一流
            | 独一无二 | 无与伦比 | 首屈一指 | 遥遥领先 | 行业领先 | 全球领先 | 业界领先 | 领先的
            | (?:排名|全球|全国|行业|销量|世界)第一 | 第一(?:品牌|名) | 无可匹敌""",
        "promise": r"""保证(?!金) | 包(?:您|你)满意 | (?:零|无|没有)风险 | 百分之?百 | 绝对(?:有效|安全|可靠|满意)
            | 承诺(?:退款|效果|质量) | 立竿见影 | 无效退款 | 永不(?:失败|出错)""",
        "price": r"""免费(?:试用|送|领取|赠送|获取|注册|咨询)? | 折扣 | 打折 | 特价 | 优惠 | 促销 | 廉价 | 便宜 | 低价
            | 优惠券 | 红包 | 清仓 | 立即(?:购买|下单|订购) | \d+\s*(?:元|块钱|美元|欧元)""",
    },
    "hi": {
        "superlative": r"""सबसे\s+(?:अच्छ[ाीे]|बेहतर|बढ़िया|सस्त[ाीे]|तेज़?) | सर्वश्रेष्ठ
            | सर्वोत्तम(?!\s+(?:प्रथा|अभ्यास|तरीक)) | बेहतरीन | (?:नंबर|नम्बर)\s+(?:एक|वन|1|१) | अग्रणी | बेजोड़
            | विश्व\s?स्तरीय""",
        "promise": r"""गारंटी | गारण्टी | जोखिम[-\s]?मुक्त | बिना\s+(?:किसी\s+)?जोखिम | शत[-\s]प्रतिशत | (?:हम|मैं)\s+वादा
            | तुरंत\s+परिणाम | पैसे\s+वापस""",
        "price": r"""मुफ़्त | मुफ्त | मुफ़्त | निःशुल्क | नि:शुल्क | डिस्काउंट | सस्त[ाीे] | कूपन
            | विशेष\s+(?:छूट|ऑफ़र|ऑफर) | (?:भारी|की)\s+छूट | अभी\s+खरीद | [\d०-९]+\s*(?:रुपये|रुपए|रूपये)""",
    },
    "ko": {
        "superlative": r"""최고(?:의|급|로|인|다)?(?!\s*(?:경영|기술|운영|재무)) | 최상의 | 최저가 | 최강
            | 업계\s*(?:1위|최고|최초|선두) | (?<!\d)1위 | 독보적 | 비교\s*불가 | 세계\s*(?:최고|최초|1위)
            | 넘버원 | 가장\s+(?:좋은|뛰어난|저렴한|우수한)""",
        "promise": r"""보장(?:합니다|됩니다|해|하는|된|받) | 보증합니다 | (?:위험|리스크)\s*(?:없이|없는) | 무위험
            | 약속(?:합니다|드립니다) | 즉각적인\s+효과 | 백\s*퍼센트 | 환불\s*보장""",
        "price": r"""무료 | 할인 | 특가 | 저렴 | 쿠폰 | 공짜 | 세일 | 가성비 | 지금\s+(?:구매|주문)
            | [\d,]+\s*(?:원|달러)(?!\p{L}{2})""",
    },
    "ru": {
        "superlative": r"""\bлучш(?:ий|ая|ее|ие|его|ей|их|им|ими|ую|ем)\b(?!\s+практик) | \bнаилучш\w+
            | \bсам\w+\s+(?:дешев|выгодн|надежн|надёжн|быстр)\w+ | \bномер\s+(?:один|1)\b | \bнепревзойд\w+
            | \bнепревзойдённ\w+ | \bведущ\w+\s+(?:компани|производител|бренд|поставщик|эксперт)\w*
            | \bлидер\w*\s+(?:рынка|отрасли) | \bуникальн\w+ | \bмирового\s+класса\b""",
        "promise": r"""\bгаранти\w+ | \bбез\s+риска\b | \bбезрисков\w+ | \bмы\s+обещаем\b | \bстопроцентн\w+
            | \bсто\s+процентов\b | \bмгновенн\w+\s+результат\w* | \bвозврат\w*\s+денег\b""",
        "price": r"""\bбесплатн\w+ | \bскидк\w+ | \bдешев\w+ | \bдешёв\w+ | \bраспродаж\w* | \bпромокод\w* | \bкупон\w*
            | \bспецпредложен\w+ | \bкупи(?:те)?\s+сейчас\b | \bнедорог\w+ | \b\d+\s*руб(?:л\w+|\.)?""",
    },
}
