package io.weir.ops.jmx;

import java.lang.reflect.Method;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.StandardMBean;

/** An MXBean whose descriptions are those of its interface. */
final class DescribedBean extends StandardMBean {
    <T> DescribedBean(T bean, Class<T> type) {
        super(bean, type, true);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        Says says = getMBeanInterface().getAnnotation(Says.class);
        return says == null ? info.getDescription() : says.value();
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        return said((info.isIs() ? "is" : "get") + info.getName());
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        return said(info.getName());
    }

    @Override
    protected int getImpact(MBeanOperationInfo info) {
        return MBeanOperationInfo.ACTION;
    }

    private String said(String method) {
        for (Method one : getMBeanInterface().getMethods()) {
            Says says = one.getAnnotation(Says.class);
            if (says != null && one.getName().equals(method)) {
                return says.value();
            }
        }
        return method;
    }
}
